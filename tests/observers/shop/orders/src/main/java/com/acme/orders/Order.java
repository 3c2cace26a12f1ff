package com.acme.orders;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** An order as it is kept. */
@Entity
@Table(name = "orders")
public class Order {

    @Id private UUID id;

    @Column(name = "customer_id", nullable = false)
    private UUID customerId;

    private String sku;
    private int quantity;

    @Column(name = "total_cents")
    private long totalCents;

    @Enumerated(EnumType.STRING)
    @Column(name = "status", length = 16)
    private OrderStatus status = OrderStatus.PENDING;

    @Column(name = "cancel_reason")
    private String cancelReason;

    protected Order() {}

    public Order(UUID customerId, String sku, int quantity, long totalCents) {
        this.id = UUID.randomUUID();
        this.customerId = customerId;
        this.sku = sku;
        this.quantity = quantity;
        this.totalCents = totalCents;
    }

    public UUID getId() {
        return id;
    }

    public UUID getCustomerId() {
        return customerId;
    }

    public String getSku() {
        return sku;
    }

    public int getQuantity() {
        return quantity;
    }

    public long getTotalCents() {
        return totalCents;
    }

    public OrderStatus getStatus() {
        return status;
    }

    public void setStatus(OrderStatus status) {
        this.status = status;
    }

    public void setCancelReason(String cancelReason) {
        this.cancelReason = cancelReason;
    }
}
