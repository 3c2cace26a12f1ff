package com.acme.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OrderStatusTest {

    private final Map<String, String> store = new HashMap<>();

    @Test
    void whatFollows() {
        assertTrue(OrderStatus.SHIPPED.last());
        assertEquals("being packed", OrderStatus.PAID.label());
    }

    @Test
    void fixture() {
        store.put("order:1:summary", "PENDING");
        String status = store.get("order:1:summary");
        assertEquals("PENDING", status);
        String sql = "UPDATE orders SET status = 'TEST' WHERE id = 1";
        assertTrue(sql.contains("status = 'TEST'"));
    }

    @Test
    void topics() {
        Map<String, Integer> offsets = new HashMap<>();
        offsets.put("orders.created", 3);
        offsets.put("payments.settled", 4);
        assertEquals(3, offsets.get("orders.created"));
    }
}
