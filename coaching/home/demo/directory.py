"""The demo's directory: Harwick Bridge, a town that does not exist, and about forty places in it.

Phone numbers are of the range kept for fiction (01632 960000 to 960999) and
web addresses end in `.example`, so that nobody real is rung or written to.
"""

from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from coaching.accounts.models import User
from community import actions
from community.linkcheck.asking import Answer
from community.matching import Wish, suggest
from community.models import LikePair, Organization, Service, WebLink
from community.models.listings import ListingKind as Kind
from community.models.listings import ListingState as State
from community.vocabulary import NEEDS

TOWN = {"city": "Harwick Bridge", "state_province": "Northshire", "country": "GB"}
FREE = "Free of charge."
BRIDGE = (54.9, 0.6)
"""Latitude and longitude of the town bridge: in the North Sea, where nobody lives."""
A_KILOMETRE = (0.00899, 0.01564)
"""In degrees, to the north and to the east of there."""
ON_THE_MAP = {
    "Town bridge": (0.0, 0.0),
    "Town Hall": (0.3, 0.2),
    "Library": (0.3, 0.3),
    "Old Mill": (-0.2, 0.6),
    "St Brannock's Hall": (0.6, -0.1),
    "The Full Basket": (0.9, 0.8),
    "Signal Box": (1.1, 1.0),
    "Mend & Make": (-0.8, 0.5),
    "Fair Shift": (-1.6, 0.9),
    "Open Door": (-0.5, -1.2),
    "Many Rivers": (1.8, -0.7),
    "Kites": (2.4, 0.4),
    "Weir Field allotments": (-2.9, -1.1),
}
"""Kilometres to the north and to the east of the bridge. The safe house is on no map."""


@dataclass(frozen=True)
class Entry:
    """One listing as the curator of Harwick Bridge would type it."""

    organization: str
    name: str
    kind: Kind
    categories: str
    """Codes of the vocabulary, with spaces between."""
    summary: str
    description: str
    phone: str = ""
    street: str = ""
    """`Place | street and number | postcode`; empty where there is no place to go to."""
    days: str = ""
    """HSDS's `byday`."""
    hours: str = ""
    """`10:00-12:30`."""
    when: str = ""
    """What days and hours do not say."""
    who: str = ""
    cost: str = FREE
    affiliation: str = "none"
    languages: str = "English"
    access: str = ""
    begin: str = ""
    checked: int | None = 30
    """Days since a curator checked it; None if nobody did."""
    how: str = "phone"
    state: State = State.PUBLISHED
    is_secret: bool = False
    more: dict[str, Any] = field(default_factory=dict)


ORGANIZATIONS = {
    "Bridge Advice": "Volunteers and two lawyers who help people with letters, rights and money.",
    "Harwick Bridge Town Hall": "The town's own offices.",
    "The Full Basket": "A food bank and food shop run by its members.",
    "Riverside Commons": "Neighbours who look after the river and its paths.",
    "Mend & Make": "A workshop where things are repaired and skills are shared.",
    "St Brannock's Hall": "A church hall that is open to everybody.",
    "Lantern Network": "Support for people who are not safe at home.",
    "Northshire Listening Line": "People who listen by phone, day and night.",
    "Open Door Health": "A health centre for people who find it hard to see a doctor.",
    "Harwick Bridge Library": "The town's library and its rooms.",
    "Tenants of the Bridge": "Tenants who help each other and speak with one voice.",
    "Many Rivers": "A house for people who have come from other countries.",
    "Equal Ground": "Advice and company for people who are treated worse for who they are.",
    "Kites Family Centre": "A house for families with small children.",
    "Second Wind": "A network of people who care for somebody at home.",
    "Fair Shift": "A worker centre for people in low-paid and insecure jobs.",
    "Harwick Wheels": "Community transport with volunteer drivers.",
    "The Signal Box": "A music and arts house in the old railway station.",
}

LISTINGS = [
    Entry(
        "Bridge Advice", "Debt and bills advice", Kind.GET_HELP, "income housing",
        "Somebody goes through your letters with you and makes a plan you can keep.",
        "Bring the letters, opened or not. An adviser sorts them with you, rings the people you owe money "
        "to, "
        "and looks for payments that you have a right to. Rent and energy come first.",
        phone="01632 960101", street="Old Mill|4 Mill Lane|HB1 2AB", days="MO,WE,FR", hours="09:30-12:30",
        who="Anybody who lives in Harwick Bridge.", languages="English, Polish, Urdu",
        access="Step-free from the yard. Hearing loop at the desk.", checked=12, how="visit",
        more={"documents": ["Letters and bills, opened or not"]},
    ),
    Entry(
        "Bridge Advice", "Free legal evening", Kind.GET_HELP, "legal_immigration work housing discrimination",
        "Half an hour with a lawyer about home, work or treatment that is not fair.",
        "First come, first seen. The lawyer says what your rights are and what to do next.",
        phone="01632 960101", street="Old Mill|4 Mill Lane|HB1 2AB", days="TU", hours="17:30-20:00",
        languages="English, Arabic", access="Step-free from the yard.", checked=20,
    ),
    Entry(
        "Harwick Bridge Town Hall", "Housing office", Kind.GET_HELP, "housing",
        "Help if you may lose your home, have lost it, or cannot stay where you are.",
        "The office must talk to you if you may lose your home within eight weeks, also over unpaid rent.",
        phone="01632 960110", street="Town Hall|1 Market Square|HB1 1AA", days="MO,TU,TH,FR",
        hours="09:00-16:00", affiliation="The town council", begin="Ring, or come before 11:00.",
        languages="English", access="Lift, wide doors, accessible toilet.",
        checked=8,
        more={"documents": ["Something with your name on it, if you have it"]},
    ),
    Entry(
        "Harwick Bridge Town Hall", "Help with heating and council tax", Kind.GET_HELP, "income",
        "Find out in one talk whether you pay too much.",
        "A worker fills in the forms with you. Most people are done in forty minutes.",
        phone="01632 960112", street="Town Hall|1 Market Square|HB1 1AA", days="WE", hours="10:00-15:00",
        affiliation="The town council", access="Lift, wide doors, accessible toilet.", checked=75,
    ),
    Entry(
        "The Full Basket", "Food bank", Kind.GET_HELP, "food income",
        "Three days of food, no questions about why.",
        "Choose what you eat. There is baby food, food without pork, and food without gluten.",
        phone="01632 960120", street="The Full Basket|22 Station Road|HB1 3CD", days="TU,FR",
        hours="13:00-16:00", who="Anybody who needs food.", access="Level entrance.", checked=5, how="visit",
        languages="English, Romanian",
    ),
    Entry(
        "The Full Basket", "Food co-op shifts", Kind.CONTRIBUTE, "cooking_sharing organizing food",
        "Three hours a month in a shop that belongs to the people who shop there.",
        "Weigh lentils, stack shelves, or sit at the till. You learn it beside somebody who knows it. "
        "Members pay cost price.",
        phone="01632 960121", street="The Full Basket|22 Station Road|HB1 3CD", days="TH,SA",
        hours="10:00-18:00", who="From 14 years.", access="Level entrance. Jobs to do sitting down.",
        checked=5,
    ),
    Entry(
        "The Full Basket", "Community supper", Kind.ACTIVITY, "isolation food cooking_sharing",
        "A warm meal at one long table, every Thursday.",
        "Come to eat, to cook, or both. Somebody will show you where the plates are.",
        phone="01632 960120", street="St Brannock's Hall|9 Church Row|HB1 2EF", days="TH",
        hours="18:00-20:30",
        cost="Pay what you can, or nothing.", access="Ramp at the side door.", checked=16,
    ),
    Entry(
        "Riverside Commons", "River clean-up", Kind.CONTRIBUTE, "nature",
        "Two hours by the river with gloves, bags and tea.",
        "We meet at the bridge, clean one stretch of bank, and count the birds. Children come with an adult.",
        phone="01632 960130", street="Town bridge|Bridge Street|HB1 1BB", days="SA", hours="10:00-12:00",
        when="The first Saturday of the month", checked=40, how="email",
        access="The path is level as far as the weir; beyond it is uneven.",
    ),
    Entry(
        "Riverside Commons", "Allotment mornings", Kind.CONTRIBUTE, "cooking_sharing nature isolation",
        "Grow vegetables with others and take some home.",
        "Shared beds, shared tools. Two beds are raised, so that you can work from a chair.",
        phone="01632 960131", street="Weir Field allotments|Weir Path|HB1 4GH", days="WE,SU",
        hours="09:30-12:00", access="Raised beds, firm path, accessible toilet.", checked=33,
    ),
    Entry(
        "Riverside Commons", "Slow walks", Kind.ACTIVITY, "isolation nature health_care",
        "A flat walk of half an hour, at the speed of the slowest.",
        "There are benches on the way and coffee at the end. Dogs are welcome.",
        phone="01632 960130", street="Town bridge|Bridge Street|HB1 1BB", days="MO", hours="11:00-12:00",
        access="Flat and paved.", checked=61,
    ),
    Entry(
        "Mend & Make", "Repair café", Kind.CONTRIBUTE, "repairing teaching",
        "Mend things with people who brought them. Bring a skill, or learn one.",
        "Lamps, zips, chairs, toasters. Those who can mend sit beside those who cannot yet. "
        "You may also make coffee or keep the list.",
        phone="01632 960140", street="Mend & Make|7 Foundry Yard|HB1 5JK", days="SA", hours="13:00-17:00",
        when="The second and fourth Saturday", access="Level yard. The upper floor has stairs only.",
        checked=10,
        how="visit",
    ),
    Entry(
        "Mend & Make", "Bicycle workshop", Kind.ACTIVITY, "transport repairing",
        "Use our tools and get your bicycle going again.",
        "Used parts are free. There are bicycles to borrow for people who need one for work.",
        phone="01632 960141", street="Mend & Make|7 Foundry Yard|HB1 5JK", days="TU", hours="16:00-19:00",
        cost="Free; new parts at cost price.", checked=48,
    ),
    Entry(
        "St Brannock's Hall", "Warm room", Kind.GET_HELP, "income isolation",
        "A warm, quiet room with tea, sockets and company if you want it.",
        "Nobody asks why you are there. There are games, papers and a corner for children.",
        phone="01632 960150", street="St Brannock's Hall|9 Church Row|HB1 2EF", days="MO,TU,WE,TH,FR",
        hours="10:00-16:00", affiliation="Parish church; everybody is welcome and nobody is asked to pray",
        when="October to April", access="Ramp at the side door, accessible toilet.", checked=14,
    ),
    Entry(
        "St Brannock's Hall", "Evening for people who grieve", Kind.SUPPORT_GROUP, "isolation health_care",
        "Sit with others who have lost somebody. You may speak, or only listen.",
        "Two hosts, tea, no religion unless you bring it.",
        phone="01632 960151", street="St Brannock's Hall|9 Church Row|HB1 2EF", days="TH",
        hours="19:00-20:30",
        when="Every second Thursday", affiliation="Parish church", access="Ramp at the side door.",
        checked=90,
    ),
    Entry(
        "Lantern Network", "Safe house", Kind.GET_HELP, "safety housing",
        "A safe place to stay, at any hour, for you and your children.",
        "Ring at any time, from any phone. You need not be sure. Somebody meets you and brings you there.",
        phone="01632 960160", street="Safe house|Never shown|HB0 0AA", is_secret=True,
        days="MO,TU,WE,TH,FR,SA,SU", hours="00:00-00:00",
        begin="Ring first. Nobody comes to the house without a call.",
        languages="English, Polish, Arabic, Farsi",
        who="Women and people who are not safe at home, with or without children.", checked=6,
    ),
    Entry(
        "Lantern Network", "Safety planning by phone", Kind.GET_HELP, "safety legal_immigration",
        "Think through with somebody how to stay safe, whether you stay or go.",
        "What you say stays there. They can ring back at a time that is safe for you.",
        phone="01632 960161", days="MO,TU,WE,TH,FR", hours="08:00-20:00", languages="English, Polish, Arabic",
        checked=6,
    ),
    Entry(
        "Northshire Listening Line", "Crisis line", Kind.GET_HELP, "safety health_care isolation",
        "Somebody listens, day and night, when it is too much.",
        "You need not give a name. If you are in danger of your life, ring the emergency number.",
        phone="01632 960170", days="MO,TU,WE,TH,FR,SA,SU", hours="00:00-00:00", checked=3,
    ),
    Entry(
        "Northshire Listening Line", "Listen on the line", Kind.CONTRIBUTE, "visiting",
        "Learn to listen, then take one evening a fortnight.",
        "Ten evenings of training, and never alone: two people share each shift.",
        phone="01632 960171", begin="Training begins in spring and in autumn. Write first.",
        who="From 21 years.",
        checked=52, how="email",
    ),
    Entry(
        "Open Door Health", "Doctor without papers", Kind.GET_HELP, "health_care legal_immigration",
        "See a nurse or doctor without a card, an address or papers.",
        "Nobody reports you to anybody. Small children are seen first.",
        phone="01632 960180", street="Open Door|31 Canal Street|HB1 6LM", days="TU,TH", hours="14:00-18:00",
        languages="English, Arabic, Tigrinya", access="Level entrance, low desk.", checked=25, how="visit",
    ),
    Entry(
        "Open Door Health", "Talking about anxiety", Kind.SUPPORT_GROUP, "health_care isolation",
        "Eight people, one host, six evenings.",
        "You learn what others do when fear comes up. It is no replacement for treatment.",
        phone="01632 960181", street="Open Door|31 Canal Street|HB1 6LM", days="WE", hours="18:30-20:00",
        who="Adults.", begin="Ring, and somebody tells you when the next six evenings begin.",
        access="Level entrance.", checked=37,
    ),
    Entry(
        "Open Door Health", "Sober together", Kind.SUPPORT_GROUP, "health_care isolation",
        "People who have stopped drinking, or want to.",
        "Come as you are. There is no list and no fee.",
        phone="01632 960182", street="Open Door|31 Canal Street|HB1 6LM", days="MO,FR", hours="19:30-21:00",
        affiliation="none; not part of any programme", checked=44,
    ),
    Entry(
        "Harwick Bridge Library", "Computers and a calm helper", Kind.GET_HELP,
        "digital_access work education",
        "Use a computer, print a form, and ask as often as you like.",
        "Help with e-mail, job sites, benefits pages and phones. SIM cards with data for those who have "
        "none.",
        phone="01632 960190", street="Library|2 Market Square|HB1 1AC", days="MO,TU,WE,TH,FR,SA",
        hours="10:00-17:00", affiliation="The town council", access="Lift, large screens, quiet room.",
        checked=18, cost="Free. Printing is 10 p a page; five pages are free.",
    ),
    Entry(
        "Harwick Bridge Library", "Reading to children", Kind.CONTRIBUTE, "children_youth teaching",
        "Read aloud to a small group for an hour.",
        "You choose the book with the librarian. An adult of the library stays in the room.",
        phone="01632 960191", street="Library|2 Market Square|HB1 1AC", days="WE", hours="15:30-16:30",
        affiliation="The town council", begin="A check of records is made first; it takes three weeks.",
        access="Lift.", checked=18,
    ),
    Entry(
        "Harwick Bridge Library", "Homework tutoring", Kind.CONTRIBUTE, "teaching children_youth education",
        "Sit beside a pupil for an hour a week.",
        "Maths and English are asked for most. You get a short training and a partner.",
        phone="01632 960191", street="Library|2 Market Square|HB1 1AC", days="MO,TH", hours="16:00-17:30",
        affiliation="The town council", access="Lift.", checked=29,
    ),
    Entry(
        "Harwick Bridge Library", "Reading and writing for adults", Kind.GET_HELP, "education work",
        "Learn to read and write better, at your own speed, in a group of five.",
        "Many adults do. Nobody at your work or family is told.",
        phone="01632 960192", street="Library|2 Market Square|HB1 1AC", days="TU,TH", hours="18:00-19:30",
        affiliation="The town council", access="Lift.", checked=66,
    ),
    Entry(
        "Tenants of the Bridge", "Letters from the landlord", Kind.GET_HELP, "housing",
        "A tenant who knows the rules reads the letter with you.",
        "Rent rises, repairs, deposits, notices. They can come along to a talk with the landlord.",
        phone="01632 960200", street="Signal Box|1 Old Station|HB1 7NP", days="MO", hours="18:00-20:00",
        affiliation="A tenants' association with members; advice is for everybody", checked=11,
    ),
    Entry(
        "Tenants of the Bridge", "Help run the tenants' association", Kind.CONTRIBUTE,
        "speaking_up organizing",
        "Knock on doors, write the newsletter, or keep the minutes.",
        "We meet twice a month. New people get somebody to ask.",
        phone="01632 960200", street="Signal Box|1 Old Station|HB1 7NP", days="WE", hours="19:00-20:30",
        when="Every second Wednesday", affiliation="A tenants' association with members", checked=11,
        access="Level entrance from the platform.",
    ),
    Entry(
        "Many Rivers", "Advice on papers and permits", Kind.GET_HELP, "legal_immigration",
        "A registered adviser looks at your case.",
        "Visas, asylum, citizenship, family. They say honestly what is possible.",
        phone="01632 960210", street="Many Rivers|14 Weaver Street|HB1 8QR", days="TU,WE",
        hours="10:00-15:00",
        begin="Ring for a time.", languages="English, Arabic, Dari, French, Tigrinya, Ukrainian", checked=22,
        access="Two steps at the door; a ramp can be laid.", more={"documents": ["Every paper you have"]},
    ),
    Entry(
        "Many Rivers", "English over tea", Kind.ACTIVITY, "education isolation",
        "Speak English with neighbours, about everyday things.",
        "No books and no tests. Children may play beside us.",
        phone="01632 960211", street="Many Rivers|14 Weaver Street|HB1 8QR", days="MO,FR",
        hours="10:00-11:30",
        languages="English", checked=22,
    ),
    Entry(
        "Many Rivers", "Be a conversation partner", Kind.CONTRIBUTE, "teaching visiting",
        "An hour a week with somebody who is new here.",
        "Walk, cook, fill in a form, or just talk. Many partners become friends.",
        phone="01632 960211", street="Many Rivers|14 Weaver Street|HB1 8QR", checked=58, how="email",
        when="When it suits you both",
    ),
    Entry(
        "Equal Ground", "Advice after unfair treatment", Kind.GET_HELP, "discrimination work housing",
        "Tell somebody what happened, and hear what you can do.",
        "At work, at school, at the flat viewing, in the street. They write it down with you and go with "
        "you.",
        phone="01632 960220", street="Signal Box|1 Old Station|HB1 7NP", days="TH", hours="13:00-18:00",
        languages="English, Urdu, sign language (BSL)", access="Level entrance, hearing loop.", checked=15,
    ),
    Entry(
        "Equal Ground", "Queer tea", Kind.SUPPORT_GROUP, "isolation discrimination",
        "Company and cake for LGBTQ+ people of every age.",
        "You say as much about yourself as you like.",
        phone="01632 960221", street="Signal Box|1 Old Station|HB1 7NP", days="SU", hours="15:00-17:30",
        access="Level entrance, hearing loop.", checked=27,
    ),
    Entry(
        "Kites Family Centre", "Play morning with advice", Kind.GET_HELP, "care_duties health_care isolation",
        "Children play, parents breathe, and a health visitor is there to ask.",
        "Help with nursery places and child benefit as well.",
        phone="01632 960230", street="Kites|5 Orchard Close|HB1 9ST", days="TU,TH", hours="09:30-12:00",
        who="Anybody with a child under five.", access="Level, room for prams.", checked=35,
        more={"ages": (0, 4)},
    ),
    Entry(
        "Kites Family Centre", "Fathers' breakfast", Kind.SUPPORT_GROUP, "care_duties isolation",
        "Fathers and their small children, one table, one pot of porridge.",
        "Every second Saturday. You need not be good at it.",
        phone="01632 960231", street="Kites|5 Orchard Close|HB1 9ST", days="SA", hours="09:00-11:00",
        when="Every second Saturday", cost="2 pounds a family, or nothing.", checked=41,
    ),
    Entry(
        "Second Wind", "Carers' afternoon", Kind.SUPPORT_GROUP, "care_duties isolation",
        "Meet others who look after somebody at home. Somebody can sit with your person meanwhile.",
        "Coffee, a talk with a nurse once a month, and a list of who can step in.",
        phone="01632 960240", street="St Brannock's Hall|9 Church Row|HB1 2EF", days="WE",
        hours="14:00-16:00",
        when="The sitting service must be asked for a week before", access="Ramp at the side door.",
        checked=19,
    ),
    Entry(
        "Second Wind", "Visit a neighbour", Kind.CONTRIBUTE, "visiting",
        "One hour a week with somebody who rarely gets out.",
        "Play cards, read the paper aloud, or change a light bulb.",
        phone="01632 960241", begin="A talk first, then a visit together.", checked=82,
        when="At a time the two of you choose",
    ),
    Entry(
        "Fair Shift", "Rights at work", Kind.GET_HELP, "work income legal_immigration",
        "Unpaid hours, sick pay, notice: ask somebody who knows.",
        "They check your pay slip, write the letter with you, and come along if you want.",
        phone="01632 960250", street="Fair Shift|3 Dock Street|HB1 4UV", days="WE", hours="16:00-20:00",
        affiliation="Supported by three trade unions; you need not be a member", checked=13,
        languages="English, Polish, Romanian, Portuguese", access="One step at the door.",
    ),
    Entry(
        "Fair Shift", "Job search together", Kind.ACTIVITY, "work digital_access isolation",
        "Look for work in company: computers, coffee, and people who read your letter.",
        "Come once or every week.",
        phone="01632 960251", street="Fair Shift|3 Dock Street|HB1 4UV", days="MO,TH", hours="10:00-13:00",
        affiliation="Supported by three trade unions", checked=70,
    ),
    Entry(
        "Harwick Wheels", "Ride to the doctor or the shops", Kind.GET_HELP, "transport health_care",
        "A driver takes you there, waits, and takes you home.",
        "The car has a ramp. Somebody may come with you at no cost.",
        phone="01632 960260", days="MO,TU,WE,TH,FR", hours="08:30-16:30", begin="Ring two days before.",
        cost="45 p a mile. If that is too much, say so.", who="People who cannot use the bus.", checked=9,
    ),
    Entry(
        "Harwick Wheels", "Drive a neighbour", Kind.CONTRIBUTE, "visiting organizing",
        "Drive somebody to the doctor, once a week or once a month.",
        "With your car or ours. Petrol is paid.",
        phone="01632 960261", who="With a licence for two years or more.", when="When you can", checked=9,
    ),
    Entry(
        "The Signal Box", "Open choir", Kind.ACTIVITY, "arts isolation",
        "Sing with others. No reading of notes, no audition.",
        "Songs from everywhere. You may bring one.",
        phone="01632 960270", street="Signal Box|1 Old Station|HB1 7NP", days="TU", hours="19:00-20:45",
        cost="Pay what you can.", access="Level entrance, hearing loop.", checked=24,
    ),
    Entry(
        "The Signal Box", "Stage hands", Kind.CONTRIBUTE, "arts organizing",
        "Lights, chairs, tickets, posters: help an evening happen.",
        "One evening a month. You see the show for free.",
        phone="01632 960271", street="Signal Box|1 Old Station|HB1 7NP", when="Evenings, as you choose",
        checked=130, state=State.NEEDS_CHECK,
    ),
    Entry(
        "Kites Family Centre", "Toy library", Kind.GET_HELP, "care_duties income",
        "Borrow toys, cots and car seats for as long as you need them.",
        "Everything is cleaned and checked.",
        phone="01632 960232", street="Kites|5 Orchard Close|HB1 9ST", days="FR", hours="10:00-12:00",
        checked=210, state=State.NEEDS_CHECK,
    ),
    Entry(
        "Equal Ground", "Training: step in when it happens", Kind.ACTIVITY, "discrimination speaking_up",
        "Practise what to say and do when somebody is treated badly.",
        "One evening, with role play for those who like it.",
        phone="01632 960222", street="Signal Box|1 Old Station|HB1 7NP", checked=None, state=State.IN_REVIEW,
    ),
    Entry(
        "Fair Shift", "Advice by text message", Kind.GET_HELP, "work digital_access",
        "Send a photo of the letter; somebody answers within two days.",
        "For people who work when offices are open.",
        phone="01632 960252", checked=None, state=State.IN_REVIEW,
        affiliation="Supported by three trade unions; you need not be a member",
    ),
    Entry(
        "Riverside Commons", "Tree nursery", Kind.CONTRIBUTE, "nature teaching",
        "Raise young trees for the river bank.",
        "Pots, seeds and a shed. We are looking for somebody who knows about water.",
        checked=None, state=State.DRAFT,
    ),
    Entry(
        "Many Rivers", "Women's sewing room", Kind.ACTIVITY, "", "", "Six machines, one teacher, tea.",
        affiliation="", checked=None, state=State.DRAFT,
    ),
    Entry(
        "Mend & Make", "Laptop Friday", Kind.GET_HELP, "digital_access",
        "Repaired laptops for those who have none.",
        "It ended when the shop that gave the laptops closed.",
        phone="01632 960142", checked=400, state=State.ARCHIVED,
    ),
]  # fmt: skip


def seed_directory(*, curator: User) -> list[Service]:
    """Put Harwick Bridge into the directory, by the same actions a curator's pages use."""
    organizations = {
        name: actions.create_organization(
            by=curator, name=name, description=description, website=f"https://{_host(name)}.example"
        )
        for name, description in ORGANIZATIONS.items()
    }
    services = [_seed(entry, organizations[entry.organization], curator) for entry in LISTINGS]
    _write_one_down_twice(services[0], curator)
    _say_what_people_told()
    _say_what_links_answered()
    return services


def _write_one_down_twice(service: Service, curator: User) -> None:
    """As it comes from two sources: the same listing under another organization, and it looks alike."""
    phone = service.phones.first()
    actions.create_listing(
        by=curator,
        organization={"name": f"{service.organization}, Northshire"},
        service={"name": service.name.replace(" and ", " & "), "description": service.description},
        listing={"kind": service.listing.kind, "affiliation": "none", "summary": service.listing.summary},
        categories=service.categories,
        phones=[{"number": f"+44 {str(phone)[1:]}", "type": "voice"}] if phone else [],
    )
    LikePair.objects.find()


def _say_what_links_answered() -> None:
    """As after some weeks of looking: nearly all answer, one moved, one has gone. A demo asks nobody."""
    WebLink.objects.write_down()
    today = timezone.localdate()
    links = list(WebLink.objects.order_by("url"))
    for link in links:
        link.note(Answer(WebLink.State.OK, "It answers (200)."), on=today)
    moved, gone = links[1], links[4]
    moved.note(Answer(WebLink.State.REDIRECT, "It moved for good.", f"{moved.url}/welcome"), on=today)
    for day in [today - timedelta(days=1), today]:
        gone.note(Answer(WebLink.State.DEAD, "The page is not there (404)."), on=day)


def _say_what_people_told() -> None:
    """Two reports about one listing, a place that is missing, and the needs for which there is nothing."""
    reported = Service.objects.published().order_by("name", "pk")[3]
    for source, problem, words in [
        ("one", "unreachable", "I rang three times this week."),
        ("two", "wrong", "It is on Thursdays now."),
    ]:
        actions.report_problem(service=reported, problem=problem, words=words, source=source)
    actions.suggest_place(
        name="Harwick Bridge Choir",
        words="They sing on Monday evenings. Anybody may come, nobody has to read music.",
        reach="Old Mill, upstairs",
    )
    suggest(Wish(needs=tuple(NEEDS)))


def _host(name: str) -> str:
    letters = (letter if letter.isalnum() else "-" for letter in name.lower().replace("'", ""))
    return "-".join(part for part in "".join(letters).split("-") if part)


def _seed(entry: Entry, organization: Organization, curator: User) -> Service:
    place, address = _place(entry)
    minimum, maximum = entry.more.get("ages", (None, None))
    service = actions.create_listing(
        by=curator,
        organization=organization,
        service={
            "name": entry.name,
            "description": entry.description,
            "eligibility_description": entry.who,
            "application_process": entry.begin,
            "fees_description": entry.cost,
            "minimum_age": minimum,
            "maximum_age": maximum,
            "email": f"hello@{_host(entry.organization)}.example",
        },
        listing={"kind": entry.kind, "summary": entry.summary, "affiliation": entry.affiliation},
        categories=entry.categories.split(),
        place=place,
        address=address,
        accessibility=entry.access if place else "",
        phones=[{"number": entry.phone, "type": "voice"}] if entry.phone else [],
        schedules=_schedules(entry),
        languages=[name.strip() for name in entry.languages.replace(";", ",").split(",")],
        documents=entry.more.get("documents", []),
    )
    _bring_to_its_state(entry, service, curator)
    return service


def _place(entry: Entry) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if not entry.street:
        return None, None
    name, street, postcode = entry.street.split("|")
    address = {**TOWN, "address_1": street, "postal_code": postcode}
    columns = {"name": name, "is_confidential": entry.is_secret}
    if name in ON_THE_MAP:
        columns["latitude"], columns["longitude"] = (
            round(middle + kilometres * degrees, 5)
            for middle, kilometres, degrees in zip(BRIDGE, ON_THE_MAP[name], A_KILOMETRE, strict=True)
        )
    return columns, address


def _schedules(entry: Entry) -> list[dict[str, Any]]:
    if not entry.days and not entry.when:
        return []
    opens, closes = (
        (time.fromisoformat(text) for text in entry.hours.split("-")) if entry.hours else (None, None)
    )
    return [
        {
            "freq": "WEEKLY" if entry.days else "",
            "byday": entry.days,
            "opens_at": opens,
            "closes_at": closes,
            "description": entry.when,
        }
    ]


def _bring_to_its_state(entry: Entry, service: Service, curator: User) -> None:
    if entry.state == State.DRAFT:
        return
    actions.submit_for_review(by=curator, service=service)
    if entry.state == State.IN_REVIEW:
        return
    actions.publish(by=curator, service=service)
    if entry.checked is not None:
        day = timezone.localdate() - timedelta(days=entry.checked)
        actions.verify(by=curator, service=service, how=entry.how, on=day)
    if entry.state == State.NEEDS_CHECK:
        actions.ask_for_check(by=curator, service=service, note="Nobody has answered the phone for weeks")
    if entry.state == State.ARCHIVED:
        actions.archive(by=curator, service=service, note="It is not offered any more")
