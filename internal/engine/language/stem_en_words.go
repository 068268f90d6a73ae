package language

// enIrregular are the forms of English verbs, nouns and adjectives that follow no rule, as grammars list them.
var enIrregular = forms(`
	be am is are was were been being isnt arent wasnt werent; have has had having havent hasnt hadnt; do does did done doing dont doesnt didnt;
	go goes went gone going; will wont; would wouldnt; can cant cannot; could couldnt; shall; should shouldnt; may; might;
	arise arose arisen; awake awoke awoken; bear bore borne; beat beaten; become became; begin began begun beginning beginnings; bend bent;
	bind bound; bite bit bitten biting; bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt;
	buy bought; catch caught; choose chose chosen choosing; cling clung; come came coming comes; creep crept; deal dealt; die died dies dying; dig dug; draw drew drawn;
	dream dreamt; drink drank drunk; drive drove driven driving; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found; flee fled;
	fly flew flown flies; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got gotten getting;
	give gave given giving gives; grind ground; grow grew grown; hang hung; hear heard; hide hid hidden hiding; hold held; keep kept; kneel knelt; know knew known;
	lay laid lays laying; lead led; lean leant; leap leapt; learn learnt; leave left leaving; lend lent; lie lied lies lain; light lit; lose lost losing; make made making;
	mean meant; meet met; mistake mistook mistaken; overcome overcame; pay paid; prove proven; ride rode ridden riding; ring rang rung; rise rose risen rising;
	run ran running; say said says; see saw seen sees seeing; seek sought; sell sold; send sent; sew sewn; shake shook shaken; shine shone; shoot shot; show shown;
	shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat sitting; sleep slept; slide slid; smell smelt; speak spoke spoken; speed sped; spell spelt; spend spent;
	spill spilt; spin spun; spit spat; spoil spoilt; spring sprang sprung; stand stood; steal stole stolen; stick stuck; sting stung; strike struck stricken; string strung; strive strove striven;
	swear swore sworn; sweep swept; swell swollen; swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told; think thought; throw threw thrown; tie tied ties tying;
	understand understood; undertake undertook undertaken; undo undid undone; undergo underwent undergone; uphold upheld; wake woke woken; wear wore worn; weave wove woven; weep wept;
	win won winning; wind wound; withdraw withdrew withdrawn; withhold withheld; withstand withstood; write wrote written writing; wring wrung; rewrite rewrote rewritten;
	rebuild rebuilt; resend resent; repay repaid; prepay prepaid; retake retook retaken; redo redid redone; foresee foresaw foreseen; mislead misled; misunderstand misunderstood;
	oversee oversaw overseen; overpay overpaid; overtake overtook overtaken; outgrow outgrew outgrown; partake partook partaken; quit quitting; use used uses using; agree agreed agrees agreeing;
	free freed frees freeing; guarantee guaranteed guarantees guaranteeing; need needed needs needing; exceed exceeded exceeds exceeding; proceed proceeded proceeding; succeed succeeded succeeds succeeding;
	seed seeded seeds; add added adds adding; age aged ages ageing; owe owed owes owing; string strings; bring brings bringing; spring springs;
	man men; woman women; child children; person persons people; foot feet; tooth teeth; goose geese; mouse mice; life lives; wife wives; knife knives; half halves;
	shelf shelves; self selves; wolf wolves; thief thieves; loaf loaves; calf calves; scarf scarves; ox oxen; louse lice; datum data; medium media; criterion criteria; phenomenon phenomena; bacterium bacteria;
	analysis analyses; basis bases; crisis crises; thesis theses; hypothesis hypotheses; diagnosis diagnoses; axis axes; index indices; appendix appendices; matrix matrices;
	bus buses; gas gases; lens lenses; virus viruses; bonus bonuses; campus campuses; census censuses; status statuses; process processes; address addresses;
	news; series; species; this these; that those; business businesses; always; perhaps; yes; we us; our ours; i me; my mine; he him; his; she her hers; they them; their theirs; you; your yours; who whom; its;
	january jan; february feb; april apr; june jun; july jul; august aug; september sep sept; october oct; november nov; december dec; hour hr hrs hours; minute mins minutes;
	good better best; soon sooner soonest; bad worse worst; more most; less least; far farther further farthest furthest; old older elder oldest eldest;
	thing; king; ring rings; wing; nothing; something; anything; everything; during; morning mornings; evening evenings; ceiling ceilings; sibling siblings; string; sting; pudding; wedding weddings; red; bed; hundred hundreds; speed speeds speeding; indeed; feed feeds feeding;
	big bigger biggest; large larger largest; small smaller smallest; cheap cheaper cheapest; new newer newest; young younger youngest; long longer longest; short shorter shortest; high higher highest; low lower lowest;
	great greater greatest; strong stronger strongest; weak weaker weakest; fast faster fastest; slow slower slowest; quick quicker quickest; hard harder hardest; soft softer softest; hot hotter hottest; cold colder coldest;
	warm warmer warmest; cool cooler coolest; early earlier earliest; late later latest; easy easier easiest; happy happier happiest; heavy heavier heaviest; busy busier busiest; pretty prettier prettiest; healthy healthier healthiest;
	nice nicer nicest; fine finer finest; safe safer safest; close closer closest; wide wider widest; deep deeper deepest; thick thicker thickest; thin thinner thinnest; rich richer richest; poor poorer poorest; clean cleaner cleanest;
	clear clearer clearest; dark darker darkest; light lighter lightest; bright brighter brightest; smart smarter smartest; simple simpler simplest; full fuller fullest; few fewer fewest; near nearer nearest; quiet quieter quietest;
	friendly friendlier friendliest; tall taller tallest; wise wiser wisest; sweet sweeter sweetest; tough tougher toughest; broad broader broadest; narrow narrower narrowest; lovely lovelier loveliest; costly costlier costliest;
	funny funnier funniest; sick sicker sickest; angry angrier angriest; ugly uglier ugliest; fat fatter fattest; wet wetter wettest; fresh fresher freshest; kind kinder kindest; loud louder loudest; rough rougher roughest; steep steeper steepest;
	true truer truest; rare rarer rarest; strange stranger strangest; sure surer surest; lucky luckier luckiest; dirty dirtier dirtiest; noisy noisier noisiest; tiny tinier tiniest; bold bolder boldest; brief briefer briefest; calm calmer calmest; fair fairer fairest; proud prouder proudest; tight tighter tightest; sharp sharper sharpest`)
