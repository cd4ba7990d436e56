"""What conversations say of themselves, beside the programme's own words: message ids, collected and scanned like those.

Every text is covert (MESSAGES M2): it fits any client on any phone.
"""

CHOOSE_LANGUAGE = "Which language would you like?"
MORE_LANGUAGES = "More languages"
CHOOSE = "Choose"
YES = "Yes"
NO = "No"

AGAIN = "Sorry, that was not clear to us."
NUMBER = "Please answer with a number."
BETWEEN = "Please answer with a number from {low} to {high}."
DAY = "Please write a day, like 25/11."
TODAY = "Today"
TOMORROW = "Tomorrow"
PHONE = "Please write a phone number."
PICTURE = "Please send a picture or a voice note."
PLACE = "Please send where you are."

OFFER_PERSON = "Would you like to talk to a person?"
NOT_HERE = "We do not write about this here. Would you like to talk to a person?"
PERSON_COMES = "A person will answer you as soon as possible."
KEPT = "Thank you. We keep what you sent, and a person will look at it."
DANGER = "This sounds serious. A person will write or call as soon as possible. If it cannot wait, get help near you now."
STOPPED = "You will get no more messages from us. If you want us again, write to us at any time."
STILL_HERE = "We are still here. You can answer whenever you like."

SEARCH = "What would you like to know? Write a word or two."
FOUND = "This is what we have about it."
NOTHING_FOUND = "We found nothing about that. Please try another word."
SOMETHING_ELSE = "Something else"

NEAREST_HERE = "Nearest to you, in a straight line:"
NEAREST_PLACE = "Nearest to {there}:"
SERVICE_AT = "{service}, {town}: about {km} km. Open {hours}. Phone {telephone}."
SERVICE = "{service}, {town}. Open {hours}. Phone {telephone}."
WHICH_PLACE = "Which of these places do you mean?"
ANOTHER_PLACE = "Another place"

WHICH_DAY = "Which day suits you? Write it like 25/11."
COMING = "Thank you. We are happy to see you."
DAY_NOTED = "Thank you. We have noted the day."
THANKS = "Thank you."
CALLING = "Thank you. Somebody will call you."

TEXTS: tuple[str, ...] = tuple(text for name, text in dict(globals()).items() if name.isupper())
