# frozen_string_literal: true

# Looks every ten minutes for receipts that nobody sent.
class ForgottenJob
  include Sidekiq::Job

  sidekiq_options retry: false

  LIMIT = 100

  def perform
    Notification.where(status: "new").limit(LIMIT).each do |notification|
      next if notification.attempts > 10

      notification.increment!(:attempts)
      ReceiptJob.perform_async(notification.id)
    end
    logger.info("select forgotten receipts from notifications where status = 'new'")
  end

  private

  def seen
    @seen ||= {}
  end

  def logger
    Sidekiq.logger
  end
end
