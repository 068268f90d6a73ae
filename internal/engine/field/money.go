package field

import "strings"

// currencies are the codes of ISO 4217 that are money (not metals, funds or tests), with two decimals where nothing else is said.
const currencies = " AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP" +
	" ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA" +
	" MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP" +
	" SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "

const (
	whole      = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF " // no minor unit
	thousandth = " BHD IQD JOD KWD LYD OMR TND "
)

// MinorUnits is how many decimals a currency has (ISO 4217), and whether there is such a currency.
func MinorUnits(currency string) (decimals int, ok bool) {
	if len(currency) != 3 || !strings.Contains(currencies, " "+currency+" ") {
		return 0, false
	}
	switch code := " " + currency + " "; {
	case strings.Contains(whole, code):
		return 0, true
	case strings.Contains(thousandth, code):
		return 3, true
	}
	return 2, true
}
