package com.acme.orders;

import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/orders")
public class OrderController {

    private static final Logger log = LoggerFactory.getLogger(OrderController.class);

    private final OrderService orders;

    public OrderController(OrderService orders) {
        this.orders = orders;
    }

    public record NewOrder(UUID customerId, String sku, int quantity, long totalCents) {}

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    public Order create(@RequestBody NewOrder body) {
        log.info("orders.created will follow for {}", body.sku());
        return orders.create(body.customerId(), body.sku(), body.quantity(), body.totalCents());
    }

    @GetMapping("/{id}")
    public Order show(@PathVariable UUID id) {
        return orders.find(id);
    }

    @PostMapping("/{id}/cancel")
    public Order cancel(@PathVariable UUID id, @RequestParam(defaultValue = "customer") String reason) {
        String status = "cancelling";
        log.info("update orders: {} is {}", id, status);
        return orders.cancel(id, reason);
    }

    @PostMapping("/{id}/ship")
    public Order ship(@PathVariable UUID id) {
        return orders.ship(id);
    }
}
