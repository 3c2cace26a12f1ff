package com.acme.orders;

/** Where an order stands. The order of the members is kept in reports. */
public enum OrderStatus {
    PENDING,
    PAID,
    SHIPPED,
    CANCELLED;

    /** Nothing follows. */
    public boolean last() {
        return this == SHIPPED || this == CANCELLED;
    }

    /** What a customer may see. */
    public String label() {
        switch (this) {
            case PENDING:
                return "waiting for payment";
            case PAID:
                return "being packed";
            case SHIPPED:
                return "on its way";
            default:
                return "cancelled";
        }
    }
}
