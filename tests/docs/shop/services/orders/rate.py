import requests


def rate(url, currency):
    return requests.get(url, params={"currency": currency}, timeout=1).json()
