import requests


def rate(url, currency):
    return requests.get(url, params={"currency": currency}).json()
