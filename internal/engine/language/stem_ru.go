package language

// Russian: a light stemmer, the endings of nouns, adjectives and verbs, after the steps of the Snowball stemmer for Russian (perfective
// gerund and reflexive, adjective, verb or noun, then и and ь), without its derivational step.

var (
	ruReflexive = newSuffixes(`ся сь`)
	ruEndings   = newSuffixes(`а е и й о у ы ь ю я ам ами ах ев ей ем ем ие ии ий ию ия иям иями иях ом ов ью ья ям ями ях ой ою ею
		ее ие ые ое ими ыми ей ий ый ой ем им ым ом его ого ему ому их ых ую юю ая яя ою ею
		ал ала али ало ать ает ают аем аете аешь ял яла яли ять яет яют ил ила или ило ить ит ят ите ишь им ел ела ели ело еть ет ешь ете ут ют уть
		ый ан ана ано аны ен ена ено ены ывать ывал ывала ывали ывает ывают`)
)

// stemRussian returns the stem of a folded word in Cyrillic letters.
func stemRussian(folded string) string {
	b, _ := ruReflexive.cut(folded, 4, nil)
	b, _ = ruEndings.cut(b, 3, nil)
	return b
}
