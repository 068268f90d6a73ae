package customer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
)

// publicDomains are mail providers where anybody gets an address: who writes from there belongs to nobody by that. Their subdomains count with them.
var publicDomains = strings.Fields(`gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com outlook.de outlook.fr hotmail.co.uk hotmail.de
	hotmail.fr hotmail.it hotmail.es live.de live.fr live.nl live.co.uk windowslive.com yahoo.com yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.co.uk ymail.com
	rocketmail.com icloud.com me.com mac.com aol.com aim.com proton.me protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tuta.com tutamail.com
	gmx.com gmx.de gmx.net gmx.at gmx.ch web.de freenet.de t-online.de posteo.de mailbox.org fastmail.com fastmail.fm hey.com zoho.com zohomail.com zohomail.eu
	mail.com email.com usa.com hushmail.com mailfence.com inbox.com inbox.lv one.lv apollo.lv mail.lv e-apollo.lv tvnet.lv delfi.lv inbox.lt inbox.ee mail.ee
	online.ee hot.ee zebra.lt takas.lt one.lt gmail.lt delfi.lt mail.lt wp.pl o2.pl onet.pl onet.eu poczta.onet.pl op.pl interia.pl interia.eu gazeta.pl tlen.pl
	vp.pl poczta.fm autograf.pl buziaczek.pl go2.pl spoko.pl mail.ru bk.ru list.ru inbox.ru internet.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net i.ua
	meta.ua bigmir.net seznam.cz email.cz centrum.cz post.cz volny.cz azet.sk zoznam.sk orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it
	alice.it tin.it telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl home.nl xs4all.nl bluewin.ch telia.com spray.se online.no luukku.com suomi24.fi
	qq.com 163.com 126.com sina.com naver.com daum.net rediffmail.com comcast.net verizon.net att.net sbcglobal.net cox.net btinternet.com sky.com
	privaterelay.appleid.com duck.com mozmail.com simplelogin.com anonaddy.com mailinator.com guerrillamail.com yopmail.com 10minutemail.com temp-mail.org`)

// Public reports whether a mail domain is one where anybody gets an address.
func Public(domain string) bool {
	domain = strings.TrimSuffix(strings.ToLower(domain), ".")
	for {
		if slices.Contains(publicDomains, domain) {
			return true
		}
		_, rest, more := strings.Cut(domain, ".")
		if !more {
			return false
		}
		domain = rest
	}
}

// domainKey is what a domain is compared by: lower case, its international letters as they travel (RFC 5891). It returns false where the text is no domain.
func domainKey(text string) (string, bool) {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(db.Text(text))), "@"), ".")
	key, err := idna.Lookup.ToASCII(text)
	if err != nil || len(key) > 253 || !strings.Contains(key, ".") || strings.ContainsAny(key, " @/:") {
		return "", false
	}
	return key, true
}

// check trims what people wrote about an organisation and refuses what cannot be.
func (e *OrganisationEdit) check() error {
	e.Name = strings.TrimSpace(db.Text(e.Name))
	if language.Fold(e.Name) == "" {
		return desk.WhyNeeded.At("body.name")
	}
	domains := []string{}
	for _, d := range e.Domains {
		key, ok := domainKey(d)
		if !ok {
			return desk.WhyNoDomain.At("body.domains", db.Text(d))
		}
		if Public(key) {
			return desk.WhyPublicDomain.At("body.domains", key)
		}
		if !slices.Contains(domains, key) {
			domains = append(domains, key)
		}
	}
	e.Domains = domains
	return nil
}

const organisationOfDomain = `SELECT organisation FROM organisation_domain WHERE domain = $1`

// companyDomain is the domain of a mail address that may tell its organisation; ok is false where everybody can have one there.
func companyDomain(address string) (key string, ok bool) {
	_, domain, ok := desk.SplitMail(address)
	if !ok {
		return "", false
	}
	key, ok = domainKey(domain)
	return key, ok && !Public(key)
}

// join makes a new customer a member of the organisation that his mail address tells.
func join(ctx context.Context, tx *db.Tx, id desk.CustomerID, address string) error {
	key, ok := companyDomain(address)
	if !ok {
		return nil
	}
	var org desk.OrganisationID
	err := tx.Row(ctx, organisationOfDomain, key).Scan(&org)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("organisation of a domain: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE customer SET member_of = $1, organisation = (SELECT name FROM organisation WHERE id = $1) WHERE id = $2`, org, id); err != nil {
		return fmt.Errorf("join customer %s to organisation %s: %w", id, org, err)
	}
	return nil
}
