package holiday

import . "time" //nolint:revive,staticcheck // months and weekdays read as in the laws

// What many countries share.
var (
	newYear      = on("new_year", January, 1)
	epiphany     = on("epiphany", January, 6)
	goodFriday   = easter("good_friday", -2)
	easterSunday = easter("easter_sunday", 0)
	easterMonday = easter("easter_monday", 1)
	labour       = on("labour_day", May, 1)
	ascension    = easter("ascension", 39)
	whitSunday   = easter("whit_sunday", 49)
	whitMonday   = easter("whit_monday", 50)
	corpus       = easter("corpus_christi", 60)
	assumption   = on("assumption", August, 15)
	midsummerEve = on("midsummer_eve", June, 23)
	midsummer    = on("midsummer_day", June, 24)
	allSaints    = on("all_saints", November, 1)
	christmasEve = on("christmas_eve", December, 24)
	christmas    = on("christmas_day", December, 25)
	secondDay    = on("second_christmas_day", December, 26)
)

var laws = map[string]law{
	// Likums "Par svētku, atceres un atzīmējamām dienām" (1990, with its changes), section 1 for the days and for those that move.
	"LV": {moved: []string{"independence_restored", "republic_proclaimed", "song_festival"}, rules: []rule{
		newYear, goodFriday, easterSunday, easterMonday, labour,
		on("independence_restored", May, 4),
		after("mothers_day", Sunday, May, 8), whitSunday,
		midsummerEve, midsummer,
		once("song_festival", 2018, July, 8), once("song_festival", 2023, July, 9), // its last day, where the law names it since 2018
		on("republic_proclaimed", November, 18),
		christmasEve, christmas, secondDay, on("new_years_eve", December, 31),
		once("papal_visit", 2018, September, 24), // Likums of 2018 on the visit of Pope Francis
		once("hockey_bronze", 2023, May, 29),     // Likums of 2023-05-28 on the medal of the ice hockey team
	}},
	// Darbo kodeksas, article 123 (before July 2017: 162).
	"LT": {rules: []rule{
		newYear, on("state_restored", February, 16), on("independence_restored", March, 11), easterSunday, easterMonday, labour,
		after("mothers_day", Sunday, May, 1), after("fathers_day", Sunday, June, 1), midsummer, on("statehood", July, 6), assumption, allSaints,
		on("all_souls", November, 2).since(2020), // XIII-2517
		christmasEve, christmas, secondDay,
	}},
	// Ustawa z dnia 18 stycznia 1951 r. o dniach wolnych od pracy, article 1.
	"PL": {rules: []rule{
		newYear, epiphany.since(2011), // Dz.U. 2010 nr 224 poz. 1459
		easterSunday, easterMonday, labour, on("constitution", May, 3), whitSunday, corpus, assumption, allSaints,
		on("independence", November, 11), once("independence_centenary", 2018, November, 12), // Dz.U. 2018 poz. 2117
		christmasEve.since(2025), // Dz.U. 2024 poz. 1965
		christmas, secondDay,
	}},
	// Pühade ja tähtpäevade seadus, § 2.
	"EE": {rules: []rule{
		newYear, on("independence", February, 24), goodFriday, easterSunday, labour, whitSunday, on("victory", June, 23), midsummer,
		on("independence_restored", August, 20), christmasEve, christmas, secondDay,
	}},
	// Laki eräistä juhlapäivistä; Arkipyhälaki 388/1973; the eves are days off by collective agreements.
	"FI": {rules: []rule{
		newYear, epiphany, goodFriday, easterSunday, easterMonday, labour, ascension, whitSunday,
		after("midsummer_eve", Friday, June, 19).byCustom(), after("midsummer_day", Saturday, June, 20),
		after("all_saints", Saturday, October, 31), on("independence", December, 6), christmasEve.byCustom(), christmas, secondDay,
	}},
	"DE": germany,
	"GB": unitedKingdom,
}

// Einigungsvertrag article 2 (2) for the day of unity; all else is the law of each state.
var germany = law{
	parts: []string{"BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"},
	rules: []rule{
		newYear, goodFriday, easterMonday, labour, ascension, whitMonday, on("unity", October, 3), christmas, secondDay,
		epiphany.only("BW", "BY", "ST"),
		on("womens_day", March, 8).since(2019).only("BE"), on("womens_day", March, 8).since(2023).only("MV"),
		easterSunday.only("BB"), whitSunday.only("BB"),
		once("liberation", 2020, May, 8).only("BE"), once("liberation", 2025, May, 8).only("BE"), once("uprising", 2028, June, 17).only("BE"),
		corpus.only("BW", "BY", "HE", "NW", "RP", "SL").partly("SN", "TH"),
		assumption.only("SL").partly("BY"),
		on("childrens_day", September, 20).since(2019).only("TH"),
		on("reformation", October, 31).only("BB", "MV", "SN", "ST", "TH").except(2017),
		on("reformation", October, 31).since(2018).only("HB", "HH", "NI", "SH"),
		once("reformation", 2017, October, 31), // in all states, 500 years after
		allSaints.only("BW", "BY", "NW", "RP", "SL"),
		after("repentance", Wednesday, November, 16).only("SN"),
	},
}

// Banking and Financial Dealings Act 1971, schedule 1, with the proclamations of each year; England and Wales are "EAW". What all share stands without a part.
var unitedKingdom = law{
	parts: []string{"EAW", "NIR", "SCT"},
	moved: []string{"new_year", "second_january", "st_patrick", "boyne", "st_andrew", "christmas_day", "boxing_day"},
	rules: []rule{
		newYear, on("second_january", January, 2).only("SCT"),
		on("st_patrick", March, 17).only("NIR"),
		goodFriday, easterMonday.only("EAW", "NIR"),
		after("early_may", Monday, May, 1).except(2020), once("early_may", 2020, May, 8), // the 75th anniversary of VE Day
		after("spring", Monday, May, 25).except(2012, 2022), once("spring", 2012, June, 4), once("spring", 2022, June, 2),
		on("boyne", July, 12).only("NIR"),
		after("summer", Monday, August, 1).only("SCT"), after("summer", Monday, August, 25).only("EAW", "NIR"),
		on("st_andrew", November, 30).only("SCT"), // St Andrew's Day Bank Holiday (Scotland) Act 2007
		christmas, on("boxing_day", December, 26),
		once("royal_wedding", 2011, April, 29), once("jubilee", 2012, June, 5), once("jubilee", 2022, June, 3),
		once("state_funeral", 2022, September, 19), once("coronation", 2023, May, 8),
		once("world_cup", 2026, June, 15).only("SCT"),
	},
}
