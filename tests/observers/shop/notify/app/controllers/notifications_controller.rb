# frozen_string_literal: true

class NotificationsController < ApplicationController
  def index
    render json: Notification.open.order(:id)
  end

  def show
    render json: Notification.find(params[:id])
  end

  def again
    notification = Notification.find(params[:id])
    notification.status = "new"
    notification.save!
    ReceiptJob.perform_async(notification.id)
    head :accepted
  end
end
