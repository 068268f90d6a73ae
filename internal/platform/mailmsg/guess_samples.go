//nolint:misspell // languages other than English
package mailmsg

// languageSample is a little prose in the manner of letters to a company, written for this purpose, from which the frequencies of letters
// and pairs of letters of a language are counted. letters are those beyond a–z, so that rare ones are known too.
type languageSample struct {
	name, letters, text string
	charsets            []string // eight-bit character sets that the language is written in
}

var (
	western  = []string{"windows-1252"}
	baltic   = []string{"windows-1257", "iso-8859-4"}
	central  = []string{"windows-1250", "iso-8859-2"}
	cyrillic = []string{"windows-1251", "koi8-r", "iso-8859-5", "ibm866"}
)

var languageSamples = []languageSample{
	{"en", "", `Dear Sir or Madam, I would like to ask about my order which I placed last week. The parcel has not arrived yet and nobody answers the phone.
Could you please tell me when it will be delivered and whether I can change the address? I have attached the invoice and a picture of the damaged box. If it is not possible
to send a new one I want my money back. Thank you very much for your help, I am looking forward to hearing from you soon. Kind regards, best wishes, yours sincerely.
Please let me know what the next step is, because we need the keys and the contract before Friday; our account number and the password do not work any more.`, western},
	{"lv", "āčēģīķļņšūž", `Labdien! Vēlos jautāt par savu pasūtījumu, ko veicu pagājušajā nedēļā. Sūtījums vēl nav saņemts, un neviens neatbild uz tālruņa zvaniem.
Lūdzu, pasakiet, kad prece tiks piegādāta un vai ir iespējams mainīt piegādes adresi. Pielikumā nosūtu rēķinu un bojātās kastes attēlu. Ja nav iespējams nosūtīt jaunu preci,
es vēlētos saņemt atpakaļ savu naudu. Liels paldies par jūsu palīdzību, gaidīšu atbildi. Ar cieņu, Jānis Bērziņš, Kristīne Kalniņa, Ģirts Ķēniņš, Rīga, Jūrmala, Liepāja.
Diemžēl šodien internets nedarbojas, tāpēc nevaru samaksāt rēķinu. Kāpēc man jāmaksā vairāk nekā iepriekšējā mēnesī? Mēs dzīvojam Brīvības ielā, trešajā stāvā, un mums ļoti vajadzīga
šī iekārta. Vai varat ierasties otrdien vai ceturtdien pēc pulksten sešiem vakarā? Iepriekš pateicos, sveiciens visiem jūsu darbiniekiem. Šis līgums ir spēkā līdz gada beigām, grāmatvedība.`, baltic},
	{"lt", "ąčęėįšųūž", `Laba diena, norėčiau paklausti apie savo užsakymą, kurį pateikiau praėjusią savaitę. Siunta dar neatvyko, o telefonu niekas neatsiliepia.
Prašau pasakyti, kada prekė bus pristatyta ir ar galima pakeisti pristatymo adresą. Pridedu sąskaitą faktūrą ir sugadintos dėžutės nuotrauką. Jeigu negalite išsiųsti naujos prekės,
norėčiau susigrąžinti pinigus. Labai ačiū už jūsų pagalbą, lauksiu atsakymo. Pagarbiai, Jonas Žukauskas, Rūta Šimkutė, Gediminas Čepaitis, Vilnius, Šiauliai, Panevėžys, Klaipėda.
Deja, šiandien neveikia internetas, todėl negaliu apmokėti sąskaitos. Kodėl turiu mokėti daugiau negu praėjusį mėnesį? Mes gyvename trečiame aukšte ir mums labai reikia šio įrenginio.
Ar galite atvykti antradienį arba ketvirtadienį po šeštos valandos vakaro? Iš anksto dėkoju, linkėjimai visiems jūsų darbuotojams. Ši sutartis galioja iki metų pabaigos, įmonė, žmonės, vaikų.`, baltic},
	{"et", "äõöüšž", `Tere! Soovin küsida oma tellimuse kohta, mille esitasin eelmisel nädalal. Pakk ei ole veel kohale jõudnud ja telefonile keegi ei vasta.
Palun öelge, millal kaup kohale toimetatakse ja kas aadressi on võimalik muuta. Lisan arve ja pildi katkisest karbist. Kui uut toodet ei ole võimalik saata, siis sooviksin raha tagasi saada.
Suur tänu abi eest, jään ootama vastust. Lugupidamisega, Jüri Tõnisson, Ülle Mägi, Tallinn, Pärnu, Võru. Kahjuks täna internet ei tööta, seetõttu ei saa ma arvet tasuda. Miks pean
maksma rohkem kui möödunud kuul? Kas saate tulla teisipäeval või neljapäeval pärast kella kuut õhtul? Leping kehtib aasta lõpuni, head päeva.`, baltic},
	{"pl", "ąćęłńóśźż", `Dzień dobry, chciałbym zapytać o moje zamówienie, które złożyłem w zeszłym tygodniu. Paczka jeszcze nie dotarła i nikt nie odbiera telefonu.
Proszę powiedzieć, kiedy towar zostanie dostarczony i czy można zmienić adres dostawy. W załączniku przesyłam fakturę i zdjęcie uszkodzonego pudełka. Jeśli nie można wysłać nowego,
chciałabym odzyskać pieniądze. Bardzo dziękuję za pomoc, czekam na odpowiedź. Z poważaniem, Łukasz Wiśniewski, Małgorzata Dąbrowska, Józef Źrebiec, Łódź, Kraków, Gdańsk, Poznań.
Niestety dzisiaj internet nie działa, dlatego nie mogę zapłacić rachunku. Dlaczego muszę płacić więcej niż w poprzednim miesiącu? Mieszkamy na trzecim piętrze i bardzo potrzebujemy
tego urządzenia. Czy możecie przyjść we wtorek lub w czwartek po godzinie szóstej wieczorem? Z góry dziękuję, życzę miłego dnia. Umowa jest ważna do końca roku, księgowość, źle, jakość, też, są.`, central},
	{"cs", "áčďéěíňóřšťúůýž", `Dobrý den, chtěl bych se zeptat na svou objednávku, kterou jsem zadal minulý týden. Zásilka ještě nedorazila a nikdo nezvedá telefon.
Prosím, sdělte mi, kdy bude zboží doručeno a zda je možné změnit adresu. V příloze posílám fakturu a fotografii poškozené krabice. Pokud není možné poslat nový výrobek, žádám o vrácení peněz.
Děkuji za pomoc, těším se na odpověď. S pozdravem, Jiří Dvořák, Tomáš Šťastný, Kateřina Růžičková, Brno, Plzeň. Bohužel dnes internet nefunguje, proto nemůžu zaplatit účet. Proč musím platit
více než minulý měsíc? Můžete přijít v úterý nebo ve čtvrtek po šesté hodině večer? Smlouva platí do konce roku, loď, ťuk, účetní oddělení.`, central},
	{"sk", "áäčďéíĺľňóôŕšťúýž", `Dobrý deň, chcel by som sa opýtať na svoju objednávku, ktorú som zadal minulý týždeň. Zásielka ešte nedorazila a nikto nedvíha telefón.
Prosím, povedzte mi, kedy bude tovar doručený a či je možné zmeniť adresu. V prílohe posielam faktúru a fotografiu poškodenej škatule. Ak nie je možné poslať nový výrobok, žiadam vrátenie peňazí.
Ďakujem za pomoc, teším sa na odpoveď. S pozdravom, Ľubomír Kováč, Žofia Hlaváčová, Košice, Trenčín. Bohužiaľ dnes internet nefunguje, preto nemôžem zaplatiť účet. Môžete prísť vo štvrtok večer?`, central},
	{"hu", "áéíóöőúüű", `Jó napot kívánok, szeretnék érdeklődni a rendelésemről, amelyet a múlt héten adtam le. A csomag még nem érkezett meg, és senki sem veszi fel a telefont.
Kérem, mondják meg, mikor szállítják ki az árut, és lehet-e módosítani a címet. Mellékelem a számlát és a sérült doboz fényképét. Ha nem lehet újat küldeni, szeretném visszakapni a pénzemet.
Köszönöm szépen a segítséget, várom válaszukat. Üdvözlettel, Kovács Győző, Szűcs Ágnes, Pécs, Győr. Sajnos ma nem működik az internet, ezért nem tudom befizetni. Miért kell többet fizetnem, mint előző hónapban?`, central},
	{"hr", "čćđšž", `Dobar dan, želio bih pitati za svoju narudžbu koju sam poslao prošli tjedan. Paket još nije stigao i nitko se ne javlja na telefon. Molim vas recite mi kada će roba biti
isporučena i može li se promijeniti adresa. U prilogu šaljem račun i sliku oštećene kutije. Ako nije moguće poslati novi proizvod, želim povrat novca. Hvala vam na pomoći, čekam odgovor. Srdačan pozdrav,
Đorđe Šarić, Živko Čović. Nažalost danas internet ne radi, pa ne mogu platiti račun. Zašto moram plaćati više nego prošli mjesec? Možete li doći u četvrtak navečer?`, central},
	{"de", "äöüß", `Sehr geehrte Damen und Herren, ich möchte mich nach meiner Bestellung erkundigen, die ich letzte Woche aufgegeben habe. Das Paket ist noch nicht angekommen und
niemand geht ans Telefon. Bitte teilen Sie mir mit, wann die Ware geliefert wird und ob man die Adresse ändern könnte. Im Anhang finden Sie die Rechnung und ein Bild der beschädigten Schachtel.
Falls es nicht möglich ist, eine neue zu schicken, hätte ich gern mein Geld zurück. Vielen Dank für Ihre Hilfe, ich freue mich auf Ihre Antwort. Mit freundlichen Grüßen, Jürgen Müller, Käthe Schröder,
Köln, München, Straße. Leider funktioniert das Internet heute nicht, daher kann ich nicht überweisen. Warum muss ich mehr bezahlen als im letzten Monat? Können Sie am Dienstag nach sechs Uhr kommen? Größe, weiß, früher.`, western},
	{"fr", "àâæçéèêëîïôœùûüÿ", `Bonjour, je voudrais me renseigner au sujet de ma commande que j'ai passée la semaine dernière. Le colis n'est pas encore arrivé et personne ne répond au téléphone.
Pourriez-vous me dire quand la marchandise sera livrée et s'il est possible de changer l'adresse ? Vous trouverez ci-joint la facture et une photo de la boîte abîmée. S'il n'est pas possible d'en
envoyer une autre, j'aimerais être remboursée. Merci beaucoup pour votre aide, je reste dans l'attente de votre réponse. Cordialement, François Lefèvre, Hélène Gaëtan, Où êtes-vous ? Malheureusement
aujourd'hui l'internet ne fonctionne pas à la maison, ça m'empêche de régler. Pourquoi dois-je payer plus que le mois passé ? Grâce à vous, déjà, hôtel, août, problème, reçu, français.`, western},
	{"es", "áéíñóúü", `Buenos días, quisiera preguntar por mi pedido que hice la semana pasada. El paquete todavía no ha llegado y nadie contesta el teléfono. Por favor, díganme cuándo se entregará la mercancía
y si es posible cambiar la dirección. Adjunto la factura y una foto de la caja dañada. Si no es posible enviar otra, me gustaría recuperar mi dinero. Muchas gracias por su ayuda, quedo a la espera de su respuesta.
Un saludo, José Núñez, María Muñoz, España, mañana, año, señor, también, según, después, está, información, aquí, único, vergüenza.`, western},
	{"pt", "àáâãçéêíóôõú", `Bom dia, gostaria de perguntar sobre a minha encomenda que fiz na semana passada. O pacote ainda não chegou e ninguém atende o telefone. Por favor, digam-me quando será a entrega e se é possível
alterar o endereço. Envio em anexo a fatura e uma fotografia da caixa danificada. Se não for possível enviar outra, gostaria de receber o dinheiro de volta. Muito obrigado pela ajuda, aguardo a resposta.
João Gonçalves, Conceição, São Paulo, informação, não, também, até, você, três, às, opções, português, amanhã, já, está.`, western},
	{"it", "àèéìòù", `Buongiorno, vorrei chiedere informazioni sul mio ordine che ho fatto la settimana scorsa. Il pacco non è ancora arrivato e nessuno risponde al telefono. Per favore, ditemi quando verrà consegnata la merce
e se è possibile cambiare l'indirizzo. Allego la fattura e una foto della scatola danneggiata. Se non è possibile spedirne un'altra, vorrei riavere i miei soldi, perché così non va. Più tardi, città, lunedì, sarò, già, qualità, può.`, western},
	{"sv", "åäöé", `Hej, jag skulle vilja fråga om min beställning som jag gjorde förra veckan. Paketet har inte kommit än och ingen svarar i telefonen. Kan ni berätta när varan levereras och om det går att ändra adressen?
Jag bifogar fakturan och en bild på den skadade lådan. Om det inte går att skicka en ny vill jag ha pengarna tillbaka. Tack så mycket för hjälpen, ser fram emot ert svar. Med vänliga hälsningar, Björn Åkesson, Göteborg, på, är, för, också, måste, där.`, western},
	{"da", "åæøé", `Hej, jeg vil gerne spørge om min bestilling, som jeg lavede i sidste uge. Pakken er ikke kommet endnu, og ingen svarer på telefonen. Kan I fortælle mig, hvornår varen bliver leveret, og om det er muligt at ændre adressen?
Jeg vedhæfter fakturaen og et billede af den ødelagte kasse. Jeg ønsker mine penge tilbage. Mange tak for hjælpen, jeg ser frem til jeres svar. Venlig hilsen, Søren Kjær, Åse Bjørnsen, også, være, får, gør, når, må, Tromsø, København.`, western},
	{"fi", "äöå", `Hei, haluaisin kysyä tilauksestani, jonka tein viime viikolla. Paketti ei ole vielä saapunut eikä kukaan vastaa puhelimeen. Voisitteko kertoa, milloin tavara toimitetaan ja onko mahdollista vaihtaa osoitetta?
Liitteenä lasku ja kuva rikkoutuneesta laatikosta. Ellei uutta voi lähettää, haluaisin rahani takaisin. Kiitos paljon avusta, odotan vastaustanne. Ystävällisin terveisin, Jyväskylä, Hämeenlinna, tänään, myös, että, työ, päivää.`, western},
	{"nl", "éëï", `Goedemorgen, ik wil graag vragen naar mijn bestelling die ik vorige week heb geplaatst. Het pakket is nog niet aangekomen en niemand neemt de telefoon op. Kunt u mij zeggen wanneer de goederen worden geleverd en of
het mogelijk is het adres te wijzigen? In de bijlage vindt u de factuur en een foto van de beschadigde doos. Anders wil ik mijn geld terug. Hartelijk dank voor uw hulp, één, België, reünie, financiën, met vriendelijke groet.`, western},
	{"ru", "абвгдежзийклмнопрстуфхцчшщъыьэюяё", `Здравствуйте, я хотел бы узнать о своём заказе, который я сделал на прошлой неделе. Посылка ещё не пришла, и никто не отвечает на телефон. Пожалуйста, скажите, когда будет доставлен товар
и можно ли изменить адрес доставки. Во вложении отправляю счёт и фотографию повреждённой коробки. Если невозможно прислать новый, я хочу вернуть деньги. Большое спасибо за помощь, жду ответа. С уважением, Сергей Иванов,
Юлия Щербакова, Рига, Вильнюс. К сожалению, сегодня интернет не работает, поэтому я не могу оплатить счёт. Почему я должен платить больше, чем в прошлом месяце? Добрый день, подъезд, объект, этаж, эта, очень, если.`, cyrillic},
	{"uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", `Доброго дня, я хотів би дізнатися про своє замовлення, яке я зробив минулого тижня. Посилка ще не прийшла, і ніхто не відповідає на телефон. Будь ласка, скажіть, коли буде доставлено товар
і чи можна змінити адресу доставки. У вкладенні надсилаю рахунок і фотографію пошкодженої коробки. Якщо неможливо надіслати новий, я хочу повернути гроші. Щиро дякую за допомогу, чекаю на відповідь. З повагою, Київ, Україна,
їхати, ґанок, пів. На жаль, сьогодні інтернет не працює, тому я не можу оплатити рахунок. Чому я маю платити більше, ніж минулого місяця?`, []string{"windows-1251", "koi8-u"}},
}
