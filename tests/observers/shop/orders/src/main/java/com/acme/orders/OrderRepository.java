package com.acme.orders;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.query.Param;

public interface OrderRepository extends JpaRepository<Order, UUID> {

    List<Order> findByCustomerIdAndStatus(UUID customerId, OrderStatus status);

    @Query(value = "SELECT sum(total_cents) FROM orders WHERE status = 'PAID'", nativeQuery = true)
    long turnover();

    @Modifying
    @Query(
            value =
                    """
                    UPDATE orders SET status = 'CANCELLED', cancel_reason = :reason
                    WHERE id = :id AND status = 'PENDING'
                    """,
            nativeQuery = true)
    int cancel(@Param("id") UUID id, @Param("reason") String reason);
}
