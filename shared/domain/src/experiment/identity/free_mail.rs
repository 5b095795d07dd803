//! Providers of e-mail whose users belong to many companies. Their domains name no account.

/// Names that a provider uses under the suffixes of many countries: `yahoo.co.uk`, `hotmail.fr`.
const IN_MANY_COUNTRIES: [&str; 4] = ["gmx", "hotmail", "outlook", "yahoo"];

/// Domains of free e-mail, sorted. Without those of [`IN_MANY_COUNTRIES`].
const HOSTS: [&str; 115] = [
    "126.com", "139.com", "163.com", "189.cn", "21cn.com", "aim.com", "alice.it", "aol.co.uk", "aol.com",
    "aol.de", "aol.fr", "arcor.de", "att.net", "bellsouth.net", "bigpond.com", "bluewin.ch", "bol.com.br",
    "btinternet.com", "centrum.cz", "comcast.net", "daum.net", "docomo.ne.jp", "duck.com", "earthlink.net",
    "eircom.net", "email.com", "email.cz", "fastmail.fm", "foxmail.com", "free.fr", "freemail.hu",
    "freenet.de", "gmail.com", "googlemail.com", "hanmail.net", "hey.com", "home.nl", "hushmail.com",
    "icloud.com", "inbox.lv", "inbox.ru", "interia.pl", "juno.com", "keemail.me", "laposte.net", "libero.it",
    "list.ru", "live.at", "live.be", "live.ca", "live.co.uk", "live.com", "live.com.au", "live.de", "live.dk",
    "live.fr", "live.ie", "live.it", "live.jp", "live.nl", "live.no", "live.se", "mac.com", "mail.com",
    "mail.de", "mail.ru", "mailbox.org", "mailinator.com", "me.com", "msn.com", "naver.com", "ntlworld.com",
    "o2.pl", "onet.pl", "optonline.net", "optusnet.com.au", "orange.fr", "passport.com", "pm.me", "posteo.de",
    "proton.me", "protonmail.ch", "protonmail.com", "qq.com", "rambler.ru", "rediffmail.com",
    "rocketmail.com", "sapo.pt", "sbcglobal.net", "seznam.cz", "sfr.fr", "sina.cn", "sina.com", "sohu.com",
    "sympatico.ca", "t-online.de", "tiscali.it", "tuta.com", "tuta.io", "tutamail.com", "tutanota.com",
    "tutanota.de", "ukr.net", "verizon.net", "virgilio.it", "wanadoo.fr", "web.de", "windowslive.com",
    "wp.pl", "xtra.co.nz", "yandex.com", "yandex.ru", "yeah.net", "ymail.com", "zohomail.com",
];

/// Returns whether a registrable domain belongs to a provider of free e-mail.
pub(super) fn is_host(domain: &str) -> bool {
    let name = domain.split('.').next().unwrap_or_default();
    IN_MANY_COUNTRIES.contains(&name) || HOSTS.binary_search(&domain).is_ok()
}
