# frozen_string_literal: true

class CreateNotifications < ActiveRecord::Migration[7.1]
  def change
    create_table :notifications do |t|
      t.uuid :order_id, null: false
      t.string :email, null: false
      t.string :status, null: false, default: "new"
      t.integer :attempts, null: false, default: 0
      t.datetime :sent_at
      t.timestamps
    end

    add_index :notifications, :order_id
  end
end
