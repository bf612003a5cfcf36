# SPDX-License-Identifier: GPL-3.0-or-later
"""The program behind FlowScope's sample trace. Nobody runs it: it shows where "Go to code" leads.

Each span of the sample names a function below. With a program of your own it is the same, once its spans carry
code.file.path and code.line.number, as those of many instrumentations do."""

BANK_TIMEOUT = 0.1


def checkout(request):
    cart = load_cart(request.user)
    total = sum(price(item) for item in cart)  # one call for each item: the timeline shows the stairs
    order = charge(request.user, total)
    publish("order.created", order)
    return {"order": order, "total": total}


def load_cart(user):
    return database.query("SELECT sku, amount FROM cart_items WHERE user_id = $1", user)


def price(item):
    return prices.get(f"/price/{item.sku}") * item.amount


def charge(user, total):
    card = reserve_card(user)
    try:
        return ask_bank(card, total)
    except TimeoutError:
        log.warning("the bank did not answer in %d ms, trying again", BANK_TIMEOUT * 1000)
        return ask_bank(card, total)


def reserve_card(user):
    return vault.reserve(user.card)


def ask_bank(card, total):
    return bank.post("/charge", card=card, total=total, timeout=BANK_TIMEOUT)


def send_receipt(order):
    mail.send(order.user, template="receipt", order=order)
