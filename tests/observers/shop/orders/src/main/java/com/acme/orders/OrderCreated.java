package com.acme.orders;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.UUID;

/** Told to everybody when an order was made. */
public record OrderCreated(
        @JsonProperty("order_id") UUID orderId,
        @JsonProperty("customer_id") UUID customerId,
        @JsonProperty("sku") String sku,
        @JsonProperty("quantity") int quantity) {

    static OrderCreated of(Order order) {
        return new OrderCreated(order.getId(), order.getCustomerId(), order.getSku(), order.getQuantity());
    }
}
