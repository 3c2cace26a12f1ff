# frozen_string_literal: true

require "faraday"
require "faraday/retry"

# Asks for an order. Tries again by itself.
class OrderClient
  BASE = ENV.fetch("ORDERS_URL", "http://orders:8080")
  PATH = "/api/orders"

  def initialize
    @http = Faraday.new(url: BASE, request: { timeout: 4, open_timeout: 1 }) do |f|
      f.request :retry, max: 4, interval: 0.3, methods: %i[get]
      f.response :json
    end
  end

  def find(id)
    cached = Rails.cache.read("order:#{id}:view")
    return cached if cached

    order = @http.get("#{PATH}/#{id}").body
    Rails.cache.write("order:#{id}:view", order, expires_in: 60)
    order
  end

  def cancel(id, reason)
    @http.post("#{PATH}/#{id}/cancel", { reason: reason })
    Rails.cache.delete("order:#{id}:view")
  end
end
