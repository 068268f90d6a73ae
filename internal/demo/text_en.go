package demo

var english = tongue{
	code: "en", mail: "mail.example", price: "€%d.00", quote: "On {date}, {name} wrote:",
	women:  []string{"Amelia Hart", "Charlotte Reed", "Emma Virtanen", "Freya Lindqvist", "Hannah Brooks", "Kadri Tamm", "Liis Saar", "Sophie Bennett"},
	men:    []string{"Daniel Foster", "George Whitfield", "Henrik Dahl", "Jack Morley", "Mart Kask", "Oliver Grant", "Rasmus Org", "Thomas Keane"},
	thanks: []string{"Perfect, thank you for the quick answer!", "Thanks, that settles it. Have a lovely day.", "Great, thanks for your help!", "Brilliant, thank you."},
	bye:    []string{"Kind regards,\n", "Best wishes,\n", "Thanks,\n"},
	topics: []topic{
		{
			tag: "delivery", models: []string{"Gauja", "Kolka", "Rāzna"},
			subject: []string{"When will order {nr} arrive?", "Order {nr}: delivery date", "Missed delivery"},
			ask: []string{
				"Hello,\n\nA week ago I ordered the dining table “{model}” (order {nr}). My account still says “Being packed”. Could you tell me which day it will come? On weekdays I am home only after five.",
				"Hi,\n\nThe courier rang while I was at work today and drove off again. The order is {nr}. Could we agree on another time, ideally Saturday morning? Third floor, no lift.",
				"Hello, two boxes out of three have arrived, the legs of the table “{model}” are missing. Order {nr}. When may I expect the rest?",
			},
			answer: []string{
				"<p>Hello,</p><p>Thank you for your message. Order {nr} was handed to the courier this morning; delivery is planned for {date}, between 5 and 8 pm. The courier will ring you an hour before.</p><p>If that does not suit you, just reply and we will move it free of charge.</p>",
				"<p>Hello,</p><p>I am sorry about the trouble. I have spoken to the warehouse: your parcel is already in Tallinn and will be brought on {date}. Carrying it up is included in the price.</p>",
			},
			again: []string{"Thank you, but I will be away that day. Would the day after be possible?", "Could the courier ring another number? My phone is being repaired."},
			note:  "Warehouse confirms: the last box is at the Tallinn hub, they add it to tomorrow’s route.",
		}, {
			tag: "damaged", photo: true, models: []string{"Līgatne", "Amata"},
			subject: []string{"Damaged on arrival, order {nr}", "Scratched shelf “{model}”"},
			ask: []string{
				"Hello,\n\nThe shelf “{model}” came yesterday, but there is a scratch of about 10 cm on one side and a corner is dented. The box looked fine from outside. I attach a photo. What shall we do?\n\nOrder {nr}.",
				"Hi, we unpacked the bookcase “{model}” and the back panel is cracked (see picture). I would rather not send everything back. Could you post just a new panel?",
			},
			answer: []string{
				"<p>Hello,</p><p>I am very sorry that it arrived damaged. Thank you for the photo, that is all we need. We can either</p><ul><li>bring a new part on {date} and take the damaged one along, or</li><li>refund {sum} if you would like to keep it as it is.</li></ul><p>Please tell me which you prefer.</p>",
			},
			again: []string{"A new part, please. Will somebody fit it as well?", "I will take the refund. How long until it reaches my account?"},
			note:  "Third “{model}” with a dented corner this month. Somebody should talk to the maker about the packaging.",
		}, {
			tag: "return", models: []string{"Engure", "Usma"},
			subject: []string{"Returning the chair “{model}”", "Withdrawal from order {nr}"},
			ask: []string{
				"Hello,\n\nThe office chair “{model}” turns out to be too low for me. I only unpacked it and sat down, nothing is damaged. I would like to use the 14-day right to return it. Order {nr}. What do I need to do?",
			},
			answer: []string{
				"<p>Hello,</p><p>Of course, you can return the chair within 14 days. The easiest way:</p><ol><li>put it back into its box with the return label, which we send separately;</li><li>the courier collects the box on {date};</li><li>we refund {sum} within five working days of receiving it.</li></ol>",
			},
			again: []string{"The label has not come yet. Could it have gone to spam?", "The refund is still missing although I handed the parcel over a week ago."},
			note:  "Second purchase of this chair. If they take the higher model, we do not charge delivery.",
		}, {
			tag: "warranty", warranty: true, models: []string{"Volta 40", "Volta 55", "Ampēra Mini"},
			subject: []string{"Lamp “{model}” flickers", "Warranty: “{model}”, order {nr}"},
			ask: []string{
				"Hello,\n\nAfter four months the floor lamp “{model}” has begun to flicker. I changed the bulb, it did not help. Order {nr}. Is this covered by the warranty?",
				"Hi, the induction hob “{model}” shows error E4 and switches itself off. The socket was checked, other appliances work. When could a technician come?",
			},
			answer: []string{"<p>Hello,</p><p>Yes, “{model}” has a two-year warranty. Our technician can be with you on {date}; neither the visit nor the parts cost you anything.</p><p>Please do not use it until then, and keep the proof of purchase ready (the mail with order {nr} is enough).</p>"},
			again:  []string{"The technician came, but said that a part must be ordered. How long does that usually take?"},
			note:   "E4 in this series is the fan sensor. The part is in stock, {date} is possible.",
		}, {
			tag: "question", models: []string{"Sigulda", "Jūrkalne"},
			subject: []string{"Question about the sofa “{model}”", "Fabric samples for “{model}”"},
			ask: []string{
				"Hello,\n\nI am thinking of the sofa “{model}”, but the narrowest part of our staircase is 78 cm. Do you deliver it assembled or in parts? And can the grey covers be taken off?",
				"Hi, we have two cats. Which fabric for the sofa “{model}” stands up best to claws? Could I have samples by post?",
			},
			answer: []string{"<p>Hello,</p><p>Lovely that you ask! “{model}” comes in three boxes, the widest is 72 cm, so it will go up your stairs. The covers come off and can be washed at 30 degrees.</p><p>I posted the samples today; they should be with you on {date}.</p>"},
			again:  []string{"The samples came, they are lovely! Is the green one still in stock?"},
		},
	},
}
