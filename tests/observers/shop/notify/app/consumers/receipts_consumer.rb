# frozen_string_literal: true

require "bunny"
require "json"

# Takes wanted receipts off the queue and remembers them.
class ReceiptsConsumer
  QUEUE = "receipts"

  def initialize
    @connection = Bunny.new(ENV.fetch("AMQP_URL"))
    @seen = {}
  end

  def run
    @connection.start
    channel = @connection.create_channel
    channel.prefetch(10)
    queue = channel.queue(QUEUE, durable: true)
    queue.subscribe(manual_ack: true, block: true) do |delivery, _properties, body|
      receipt = JSON.parse(body)
      remember(receipt)
      channel.ack(delivery.delivery_tag)
    rescue JSON::ParserError
      channel.reject(delivery.delivery_tag, false)
    end
  end

  private

  def remember(receipt)
    return if @seen[receipt["order_id"]] == "sent"

    @seen[receipt["order_id"]] = "sent"
    Notification.create!(
      order_id: receipt["order_id"],
      email: receipt["email"],
      status: "new"
    )
  end
end
