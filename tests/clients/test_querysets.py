from django.contrib.auth.models import AnonymousUser

from clients.models import Client


def test_visible_to_coach_and_client_themselves_only(
    alma, ben, cora, dan, esra, olga, finn, ben_client, dan_client
):
    seen = {
        user.name: list(Client.objects.visible_to(user)) for user in (alma, ben, cora, dan, esra, olga, finn)
    }

    assert seen == {
        "Alma": [ben_client],
        "Ben": [ben_client],
        "Cora": [dan_client],
        "Dan": [dan_client],
        "Esra": [],
        "Olga": [],
        "Finn": [],
    }
    assert list(Client.objects.visible_to(AnonymousUser())) == []


def test_on_roster_of_owner_only(alma, esra, olga, ben_client, dan_client):
    assert list(Client.objects.on_roster_of(olga)) == [ben_client, dan_client]
    assert list(Client.objects.on_roster_of(alma)) == []
    assert list(Client.objects.on_roster_of(esra)) == []
