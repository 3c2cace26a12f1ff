package com.acme.orders;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.client.RestTemplateBuilder;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

/** Asks the dispatcher to have work done. */
@Component
public class DispatchClient {

    private final RestTemplate http;
    private final String base;

    public DispatchClient(RestTemplateBuilder builder, @Value("${shop.dispatcher.url}") String base) {
        this.http = builder.setReadTimeout(Duration.ofSeconds(2)).build();
        this.base = base;
    }

    public String enqueue(String kind, UUID orderId) {
        Map<String, Object> body = Map.of("kind", kind, "payload", Map.of("order_id", orderId));
        Map<?, ?> reply = http.postForObject(base + "/dispatch/jobs", body, Map.class);
        return String.valueOf(reply == null ? null : reply.get("id"));
    }

    public String result(String jobId) {
        return http.getForObject(base + "/dispatch/jobs/{id}", String.class, jobId);
    }
}
