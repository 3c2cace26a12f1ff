package com.acme.orders;

import java.time.Duration;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class OrderService {

    private static final String SUMMARY = "order:%s:summary";

    private final OrderRepository repository;
    private final InventoryGateway inventory;
    private final DispatchClient dispatch;
    private final StringRedisTemplate redis;
    private final KafkaTemplate<String, OrderCreated> kafka;
    private final String topic;

    public OrderService(
            OrderRepository repository,
            InventoryGateway inventory,
            DispatchClient dispatch,
            StringRedisTemplate redis,
            KafkaTemplate<String, OrderCreated> kafka,
            @Value("${shop.topics.order-created}") String topic) {
        this.repository = repository;
        this.inventory = inventory;
        this.dispatch = dispatch;
        this.redis = redis;
        this.kafka = kafka;
        this.topic = topic;
    }

    @Transactional
    public Order create(UUID customerId, String sku, int quantity, long totalCents) {
        Order order = repository.save(new Order(customerId, sku, quantity, totalCents));
        inventory.reserve(order.getId().toString(), sku, quantity);
        kafka.send(topic, order.getId().toString(), OrderCreated.of(order));
        dispatch.enqueue("charge", order.getId());
        return order;
    }

    public Order find(UUID id) {
        return repository.findById(id).orElseThrow();
    }

    @Transactional
    public Order cancel(UUID id, String reason) {
        if (repository.cancel(id, reason) == 0) {
            throw new IllegalStateException("order cannot be cancelled any more");
        }
        redis.delete(String.format(SUMMARY, id));
        return find(id);
    }

    @Transactional
    public Order ship(UUID id) {
        Order order = find(id);
        order.setStatus(OrderStatus.SHIPPED);
        String key = String.format(SUMMARY, id);
        redis.opsForValue().set(key, order.getStatus().label(), Duration.ofHours(1));
        return repository.save(order);
    }
}
