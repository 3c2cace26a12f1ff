# frozen_string_literal: true

Rails.application.routes.draw do
  get "/healthz", to: proc { [200, {}, ["ok"]] }

  scope "/notify" do
    resources :notifications, only: %i[index show]
    post "/notifications/:id/again", to: "notifications#again"
  end
end
