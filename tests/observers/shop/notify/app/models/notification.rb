# frozen_string_literal: true

# One mail to one customer.
class Notification < ApplicationRecord
  STATUSES = %w[new waiting sent failed].freeze

  validates :email, presence: true
  validates :status, inclusion: { in: STATUSES }

  scope :open, -> { where(status: %w[new waiting]) }

  after_create_commit :enqueue

  def self.give_up!(order_id)
    where(order_id: order_id, status: "waiting").update_all(status: "failed")
  end

  def headline
    status = email.end_with?("@example.org") ? "test" : "real"
    "#{status} receipt for #{order_id}"
  end

  private

  def enqueue
    ReceiptJob.perform_in(5, id)
  end
end
