# frozen_string_literal: true

# Sends a receipt by mail. Runs again when the mail server does not answer.
class ReceiptJob
  include Sidekiq::Job

  sidekiq_options queue: "mail", retry: 5

  def perform(notification_id)
    notification = Notification.find(notification_id)
    return if notification.status == "sent"

    order = OrderClient.new.find(notification.order_id)
    ReceiptMailer.with(order: order, to: notification.email).receipt.deliver_now
    notification.update!(status: "sent", sent_at: Time.now.utc)
  rescue Net::OpenTimeout
    notification&.update!(status: "waiting")
    raise
  end
end
