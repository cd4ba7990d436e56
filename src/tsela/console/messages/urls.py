"""Addresses of the pages of messages."""

from django.urls import path

from tsela.console.messages import (
    calls,
    campaigns,
    chat,
    delivery,
    drives,
    files,
    inbox,
    phone,
    thread,
    words,
)

urlpatterns = [
    path("messages/", inbox.first, name="messages"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:conversation>/", thread.thread, name="thread"),
    path("inbox/<uuid:conversation>/files/<uuid:file>/", files.file, name="file"),
    path("calls/", calls.calls, name="calls"),
    path("calls/<uuid:call>/", calls.call, name="call"),
    path("delivery/", delivery.delivery, name="delivery"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new, name="new_campaign"),
    path("campaigns/<int:campaign>/", campaigns.campaign, name="campaign"),
    path("drives/", drives.drives, name="drives"),
    path("words/", words.words, name="words"),
    path("chat/", chat.chat, name="chat"),
    path("chat/phone/", phone.phone, name="phone"),
]
