package com.acme.orders;

import com.acme.shop.grpc.InventoryGrpc;
import com.acme.shop.grpc.ReleaseRequest;
import com.acme.shop.grpc.ReserveReply;
import com.acme.shop.grpc.ReserveRequest;
import io.github.resilience4j.retry.annotation.Retry;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

@Component
public class InventoryGateway {

    private final InventoryGrpc.InventoryBlockingStub stub;

    public InventoryGateway(@Value("${shop.inventory.address}") String address) {
        ManagedChannel channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
        this.stub = InventoryGrpc.newBlockingStub(channel);
    }

    @Retry(name = "inventory")
    public String reserve(String orderId, String sku, int quantity) {
        ReserveRequest request =
                ReserveRequest.newBuilder().setOrderId(orderId).setSku(sku).setQuantity(quantity).build();
        ReserveReply reply = stub.withDeadlineAfter(800, TimeUnit.MILLISECONDS).reserve(request);
        switch (reply.getState()) {
            case HELD:
                return reply.getReservationId();
            case EXPIRED:
            case RELEASED:
                throw new IllegalStateException("stock of " + sku + " was not held");
            default:
                throw new IllegalArgumentException("unknown state");
        }
    }

    @Retry(name = "inventory")
    public void release(String reservationId) {
        ReleaseRequest request = ReleaseRequest.newBuilder().setReservationId(reservationId).build();
        stub.withDeadlineAfter(800, TimeUnit.MILLISECONDS).release(request);
    }
}
