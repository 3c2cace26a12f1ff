package com.acme.orders;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

@Component
public class PaymentListener {

    private final OrderRepository orders;
    private final ObjectMapper json;

    public PaymentListener(OrderRepository orders, ObjectMapper json) {
        this.orders = orders;
        this.json = json;
    }

    public record PaymentSettled(
            @JsonProperty("order_id") UUID orderId,
            @JsonProperty("amount_cents") long amountCents,
            @JsonProperty("method") String method) {}

    @Transactional
    @KafkaListener(topics = "${shop.topics.payment-settled}", groupId = "orders")
    public void settled(ConsumerRecord<String, String> record, Acknowledgment ack) throws IOException {
        PaymentSettled event = json.readValue(record.value(), PaymentSettled.class);
        Order order = orders.findById(event.orderId()).orElseThrow();
        if (order.getStatus() == OrderStatus.PENDING && order.getTotalCents() == event.amountCents()) {
            order.setStatus(OrderStatus.PAID);
            orders.save(order);
        }
        ack.acknowledge();
    }

    /** Once a night the sum of what was paid goes to the log. */
    @Scheduled(cron = "0 0 3 * * *")
    public void logTurnover() {
        System.out.println("select sum from orders: " + orders.turnover());
    }
}
