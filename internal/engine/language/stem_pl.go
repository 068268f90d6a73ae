package language

import "strings"

var (
	plEndings = newSuffixes(`a e i y o u em om ami ach ow ie owi owie om ia io iu iem iom iami iach iow ii
		ego emu ym im ymi imi ych ich ej iego iemu iej
		esz isz ysz emy imy ymy ecie icie ycie am asz amy acie aja iesz iemy iecie
		jmy jcie ijmy ijcie ajmy ajcie acy aca ace acym acego acej acych acymi acemu wszy lszy`)
	plPast = newSuffixes(`lem lam les las lismy lysmy liscie lyscie
		lby laby loby liby lyby lbym labym lbys labys libysmy lybysmy libyscie lybyscie`)
	plForms = newSuffixes(`owan ywan iwan owal ywal iwal an ien ion en on owa ywa iwa yw iw uj aj ej iejsz ejsz sz al il yl el ial iel ani eni
		ieni owani ywani iwani eci et ieci iet owaj ywaj iwaj uja`)
	plThemes = newSuffixes(`owa ywa iwa a e i y ia ie`)
	plGraded = newSuffixes(`y a e ego emu ym ymi ych ej i o`)

	plAlternations = []rewrite{
		{"szcz", "st"}, {"sci", "st"}, {"sc", "st"}, {"dzi", "d"}, {"cz", "k"}, {"rsz", "r"}, {"rz", "r"}, {"sz", "s"}, {"ci", "t"}, {"c", "k"},
		{"dz", "d"}, {"ek", "k"}, {"iec", "t"}, {"ki", "k"}, {"gi", "g"}, {"dj", "d"}, {"kn", "k"}, {"gn", "g"}, {"pn", "p"}, {"dn", "d"}, {"sn", "s"},
	}
)

// stemPolish returns the stem of a word, which is folded too where its text writes no marks.
func stemPolish(w, folded string, marked bool) string {
	infinitive := strings.HasSuffix(w, "ć") || !marked && strings.HasSuffix(w, "ac")
	if infinitive && len(folded) > 4 {
		b, _ := plThemes.cut(folded[:len(folded)-1], 2, nil)
		return plSettle(b)
	}
	if b, ending := plPast.cut(folded, 2, nil); ending != "" && isVowel(b[len(b)-1]) {
		b, _ = plThemes.cut(b, 2, nil)
		return plSettle(b)
	}
	b, ending := plEndings.cut(folded, 2, nil)
	b, _ = plForms.cut(b, 3, func(c, form string) bool {
		switch form {
		case "sz":
			return plGraded.has(ending) && !isVowel(c[len(c)-1])
		case "ejsz", "iejsz":
			return plGraded.has(ending)
		}
		return true
	})
	return plSettle(b)
}

func plSettle(b string) string {
	if n := len(b); n > 3 && (isVowel(b[n-1]) || b[n-1] == 'j') {
		b = b[:n-1]
	}
	return settle(b, plAlternations, 3)
}
