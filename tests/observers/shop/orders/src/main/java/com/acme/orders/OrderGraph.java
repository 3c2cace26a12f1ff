package com.acme.orders;

import java.util.List;
import java.util.UUID;
import org.springframework.graphql.data.method.annotation.Argument;
import org.springframework.graphql.data.method.annotation.MutationMapping;
import org.springframework.graphql.data.method.annotation.QueryMapping;
import org.springframework.stereotype.Controller;

@Controller
public class OrderGraph {

    private final OrderService orders;
    private final OrderRepository repository;

    public OrderGraph(OrderService orders, OrderRepository repository) {
        this.orders = orders;
        this.repository = repository;
    }

    @QueryMapping
    public Order order(@Argument UUID id) {
        return orders.find(id);
    }

    @QueryMapping
    public List<Order> openOrders(@Argument UUID customerId) {
        return repository.findByCustomerIdAndStatus(customerId, OrderStatus.PENDING);
    }

    @MutationMapping
    public Order cancelOrder(@Argument UUID id, @Argument String reason) {
        return orders.cancel(id, reason == null ? "customer" : reason);
    }
}
