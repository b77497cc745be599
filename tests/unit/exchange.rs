//! Contacts from and for other programs.

use std::path::Path;

use proptest::prelude::*;
use whosin::contacts::comparison::{Comparison, Extent};
use whosin::contacts::exchange::{self, Encoding, Format, Imported, Reason, Source, decode, write};
use whosin::contacts::{Contact, Fact};
use whosin::presence::{Address, clean};

/// Reads without an owner.
fn read(text: &str, source: impl Into<Source>, domain: Option<&str>) -> Imported {
    exchange::read(text, source.into(), domain, None)
}

/// `address|name|group` of each.
fn shown(imported: &Imported) -> Vec<String> {
    let show = |contact: &Contact| {
        format!(
            "{}|{}|{}",
            contact.address,
            contact.name.as_deref().unwrap_or_default(),
            contact.group.as_deref().unwrap_or_default()
        )
    };
    imported.contacts.iter().map(show).collect()
}

/// Everything goes in.
fn all_of(text: &str, format: impl Into<Source>) -> Vec<String> {
    let imported = read(text, format, None);
    assert_eq!(imported.refused, [], "{text}");
    shown(&imported)
}

/// `line: reason` of each.
fn refusals(imported: &Imported) -> Vec<String> {
    let refused = imported.refused.iter();
    refused
        .map(|refused| format!("{}: {}", refused.line, refused.reason))
        .collect()
}

fn contact(address: &str, name: Option<&str>, group: Option<&str>) -> Contact {
    Contact {
        name: name.map(String::from),
        group: group.map(String::from),
        ..Contact::new(address.parse().unwrap())
    }
}

#[test]
fn spreadsheets_of_common_programs_are_read() {
    for text in [
        "address,name,group\nben@sie.at,Ben Two,Front desk\n",
        "\u{feff}Name;E-mail Address;Department\r\nBen Two;ben@sie.at;Front desk\r\n",
        "First Name\tLast Name\tSIP URI\tCategories\nBen\tTwo\tsip:ben@sie.at\tFront desk;Other\n",
        "Vorname;Nachname;E-Mail-Adresse;Abteilung\nBen;Two;ben@sie.at;Front desk",
        "\"Name\",\"Labels\",\"E-mail 1 - Value\"\n\"Ben Two\",\"* myContacts ::: Front desk\",\"ben@sie.at\"\n",
        "sep=;\nmail;im;cn;ou\nother@sie.at;ben@sie.at;Ben Two;Front desk\n",
        "mail,name,sip,group\nother@sie.at,Ben Two,ben@sie.at,Front desk\n",
        "\n\nben@sie.at,Ben Two,Front desk\n",
        "Ben Two;ben@sie.at;Front desk\n",
        "\"Display Name\",Kontakt,group\n\"Ben\nTwo\",ben@sie.at,\"Front desk\"\n",
        "name,address,mail,group\nBen Two,Ring 7,ben@sie.at,Front desk\n",
    ] {
        assert_eq!(
            all_of(text, Format::Csv),
            ["ben@sie.at|Ben Two|Front desk"],
            "{text}"
        );
    }
}

#[test]
fn groups_are_known_in_other_languages_and_columns_that_are_not_used_are_named() {
    for word in ["Gruppe", "Groupe", "Grupo", "Gruppo", "Groep", "Team"] {
        let text = format!("Mail;{word};Fax;\nben@sie.at;Sales;1;\n");
        let imported = read(&text, Format::Csv, None);
        assert_eq!(
            imported.contacts[0].group.as_deref(),
            Some("Sales"),
            "{word}"
        );
        assert_eq!(imported.unused, ["Fax"], "{word}");
    }
    // A column of addresses under another name is used.
    let imported = read("Name,Kontakt\nBen,ben@sie.at\n", Format::Csv, None);
    assert_eq!(imported.contacts.len(), 1);
    assert_eq!(imported.unused, [""; 0]);
}

#[test]
fn a_row_that_is_wrong_is_refused_with_its_line_and_the_others_go_in() {
    let text = "name;address\r\n\r\nBen;ben@sie.at\r\nCarla;carla\r\n\"Dan\r\nFour\";dan@sie.at\r\n\
                Eve;\r\nBen again;BEN@sie.at\r\n\"Fay;fay@sie.at\r\nGus;gus@sie.at\r\n";
    let imported = read(text, Format::Csv, None);
    assert_eq!(
        shown(&imported),
        ["ben@sie.at|Ben|", "dan@sie.at|Dan Four|", "gus@sie.at|Gus|"]
    );
    assert_eq!(
        refusals(&imported),
        [
            "4: 'carla' has no domain: type it as user@domain",
            "7: no address is there: SIP, instant messaging or e-mail",
            "8: 'BEN@sie.at' is there twice: first on line 3",
            "9: a \" is opened and not closed",
        ]
    );
    assert_eq!(imported.refused[3].text, "\"Fay;fay@sie.at");
    let with_domain = read(text, Format::Csv, Some("sie.at"));
    assert_eq!(with_domain.refused.len(), 3);
    assert_eq!(shown(&with_domain)[1], "carla@sie.at|Carla|");
}

#[test]
fn a_domain_makes_no_address_of_a_word_beside_a_whole_one() {
    let text = "address,name,mail\nWien,Ben,ben@sie.at\n";
    let imported = read(text, Format::Csv, Some("sie.at"));
    assert_eq!(shown(&imported), ["ben@sie.at|Ben|"]);
}

#[test]
fn cards_of_both_versions_are_read_folded_and_escaped() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Two\\, Ben \r\n \\; Dr\\\\.\r\nN:Two;Ben;;;\r\n\
        EMAIL;TYPE=INTERNET:mail@sie.at\r\nitem1.X-SIP:ben@sie.at\r\nORG:ACME\\, Inc;Sales\r\nEND:VCARD\r\n\r\n\
        begin:vcard\nversion:4.0\nFN:\nN:Three;Carla;;;\nIMPP:skype:carla\n\
        IMPP;PREF=2:sip:second@sie.at\nIMPP;PREF=1:sip:carla@sie.at;transport=tls\n\
        CATEGORIES:myContacts,Front\\, desk,Other\nORG:ACME\nend:vcard\n\
        BEGIN:VCARD\nVERSION:3.0\nFN:dan@sie.at\nEMAIL;TYPE=home:home@sie.at\n\
        EMAIL;TYPE=\"work,pref\":dan@sie.at\nNOTE;X=\"a:b\":c\nEND:VCARD\n";
    assert_eq!(
        all_of(text, Format::Vcard3),
        [
            "ben@sie.at|Two, Ben ; Dr\\.|Sales",
            "carla@sie.at|Carla Three|Front, desk",
            "dan@sie.at||"
        ]
    );
    assert_eq!(
        read(text, Format::Vcard4, None),
        read(text, Format::Vcard3, None)
    );
}

#[test]
fn a_broken_card_is_refused_alone() {
    let good =
        |who: &str| format!("BEGIN:VCARD\nVERSION:4.0\nFN:X\nEMAIL:{who}@sie.at\nEND:VCARD\n");
    let text = [
        "some words\nand more\n",
        &good("a"),
        "BEGIN:VCARD\nVERSION:4.0\nno colon\nEMAIL:lost@sie.at\nEND:VCARD\n",
        "BEGIN:VCARD\nEMAIL:unended@sie.at\n",
        &good("b"),
        "BEGIN:VCARD\nVERSION:1.0\nEMAIL:old@sie.at\nEND:VCARD\n",
        "BEGIN:VCARD\nFN;CHARSET=KLINGON;ENCODING=QUOTED-PRINTABLE:J=C3=B6\nEMAIL:qp@sie.at\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:Nobody\nTEL:1\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:Bad\nEMAIL:b@-d.at\nEND:VCARD\n",
        &good("c"),
        &good("A"),
        "END:VCARD\nBEGIN:VCARD\n",
    ]
    .concat();
    let imported = read(&text, Format::Vcard4, None);
    assert_eq!(
        shown(&imported),
        ["a@sie.at|X|", "b@sie.at|X|", "c@sie.at|X|"]
    );
    let lines: Vec<usize> = imported
        .refused
        .iter()
        .map(|refused| refused.line)
        .collect();
    let line_of = |wanted: &str, nth: usize| {
        let found = text.lines().enumerate().filter(|(_, line)| *line == wanted);
        found.map(|(index, _)| index + 1).nth(nth).unwrap()
    };
    let ends = text.lines().count();
    assert_eq!(
        lines,
        [
            1,
            line_of("no colon", 0),
            line_of("EMAIL:unended@sie.at", 0) - 1,
            line_of("VERSION:1.0", 0),
            line_of("FN;CHARSET=KLINGON;ENCODING=QUOTED-PRINTABLE:J=C3=B6", 0),
            line_of("FN:Nobody", 0) - 1,
            line_of("EMAIL:b@-d.at", 0),
            line_of("EMAIL:A@sie.at", 0),
            ends - 1,
            ends,
        ]
    );
    use Reason::*;
    let reasons: Vec<&Reason> = imported
        .refused
        .iter()
        .map(|refused| &refused.reason)
        .collect();
    assert!(
        matches!(
            reasons.as_slice(),
            [
                OutsideCard,
                NotProperty,
                Unended,
                Version(_),
                Charset(_),
                NoAddress,
                Address(_),
                Twice { .. },
                OutsideCard,
                Unended
            ]
        ),
        "{reasons:?}"
    );
}

#[test]
fn entries_of_a_directory_are_read() {
    let text = "version: 1\n# a comment\n#  that goes\n  on\ndn: cn=Ben Two,dc=sie,\n dc=at\n\
        cn: Ben Two\ndisplayName;lang-de:: QmVuIFp3w7ZsZg\nmail: mail@sie.at\n\
        msRTCSIP-PrimaryUserAddress: sip:b\n en@sie.at\nou: Unit\ndepartment: Front desk\n\
        jpegPhoto:: ////\n\n\ndn:: Y249Q2FybGE=\ngivenName: Carla\nsn: Three\n\
        proxyAddresses: SMTP:other@sie.at\nproxyAddresses: SIP:carla@sie.at\nou: Unit\n\n\
        # search result\nsearch: 2\nresult: 0 Success\n";
    assert_eq!(
        all_of(text, Format::Ldif),
        [
            "ben@sie.at|Ben Zwölf|Front desk",
            "carla@sie.at|Carla Three|Unit"
        ]
    );
}

#[test]
fn what_is_no_entry_is_refused_alone() {
    let text = "dn: cn=a\nmail: a@sie.at\n\ndn: cn=b\nchangetype: modify\nreplace: mail\n\
        mail: b@sie.at\n-\n\nmail: c@sie.at\n\ndn: cn=d\nmail:: !!!\n\ndn: cn=e\nmail:: /w==\n\n\
        dn: cn=f\nmail:< file:///etc/passwd\n\ndn: cn=g\nno colon\n\ndn: cn=h\nmail: h@sie.at\n";
    let imported = read(text, Format::Ldif, None);
    assert_eq!(shown(&imported), ["a@sie.at||", "h@sie.at||"]);
    assert_eq!(
        refusals(&imported),
        [
            "5: this changes a directory (changetype): export its entries instead",
            "10: the entry does not begin with dn:",
            "13: the value of mail is not text in base64",
            "16: the value of mail is not text in base64",
            "19: the value of mail is in another file, which is not read",
            "22: this is not a line of LDIF: a colon is missing",
        ]
    );
}

#[test]
fn lists_are_read_with_anything_between() {
    let text = "# our people\na@sie.at\nb@sie.at, c@sie.at;d@sie.at e@sie.at # the rest\n\n\
        Fay Six <sip:f@sie.at>; \"Gus \\\"G\\\" #7; Dr.\" <g@sie.at>, Eight, Hal <h@sie.at>\n\
        <i#,;@sie.at> j#x@sie.at\n";
    assert_eq!(
        all_of(text, Format::List),
        [
            "a@sie.at||",
            "b@sie.at||",
            "c@sie.at||",
            "d@sie.at||",
            "e@sie.at||",
            "f@sie.at|Fay Six|",
            "g@sie.at|Gus \"G\" #7; Dr.|",
            "h@sie.at|Eight, Hal|",
            "i#,;@sie.at||",
            "j#x@sie.at||"
        ]
    );
    let bare = read("ben, carla\ndan eve", Format::List, Some("sie.at"));
    assert_eq!(
        shown(&bare),
        [
            "ben@sie.at||",
            "carla@sie.at||",
            "dan@sie.at||",
            "eve@sie.at||"
        ]
    );
    let wrong = read(
        "a@sie.at, b\nc@sie.at \"oops\nX <d@sie.at\ne@sie.at A@sie.at",
        Format::List,
        None,
    );
    assert_eq!(shown(&wrong), ["a@sie.at||", "e@sie.at||"]);
    assert_eq!(
        refusals(&wrong),
        [
            "1: 'b' has no domain: type it as user@domain",
            "2: a \" is opened and not closed",
            "3: a < is opened and not closed",
            "4: 'A@sie.at' is there twice: first on line 1"
        ]
    );
    assert_eq!(wrong.refused[1].text, "c@sie.at \"oops");
}

#[test]
fn the_format_is_guessed_by_name_and_by_content() {
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("deep/er/A.VCF", Some(Format::Vcard3)),
        ("a.ldif", Some(Format::Ldif)),
        ("a.txt", Some(Format::List)),
        ("a.docx", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of_file_name(Path::new(name)), format, "{name}");
    }
    for (text, format) in [
        ("\u{feff}\r\nbegin:vcard\r\nVERSION:4.0\r\n", Format::Vcard4),
        ("BEGIN:VCARD\nVERSION:3.0\n", Format::Vcard3),
        ("# LDIF\nversion: 1\ndn: cn=a\n", Format::Ldif),
        ("dn:: Y249\n", Format::Ldif),
        ("address\na@sie.at\n", Format::Csv),
        ("Name;Mail\n", Format::Csv),
        ("a@sie.at,Ben,Sales\n", Format::Csv),
        ("sep=;\n", Format::Csv),
        ("a@sie.at, b@sie.at\n", Format::List),
        ("Two, Ben <b@sie.at>\n", Format::List),
        ("a@sie.at\nb@sie.at\n", Format::List),
        ("ben, carla\n", Format::List),
        ("", Format::List),
    ] {
        assert_eq!(Source::of_content(text), format.into(), "{text}");
    }
    let text = Some(Path::new("people.txt"));
    assert_eq!(Source::guess(text, "name\tmail\n"), Format::Csv.into());
    assert_eq!(
        Source::guess(Some(Path::new("a.csv")), "a@b\n"),
        Format::Csv.into()
    );
}

#[test]
fn files_of_windows_programs_are_text_too() {
    let text = "name\nJörg 田中\n";
    let units = || std::iter::once(0xfeff).chain(text.encode_utf16());
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [little.as_slice(), &big, text.as_bytes()] {
        let decoded = decode(bytes).unwrap();
        assert_eq!(
            (decoded.text.as_str(), decoded.encoding),
            (text, Encoding::Unicode)
        );
    }
    let latin = decode(b"name\nJ\xf6rg \x80\n").unwrap();
    assert_eq!(latin.text, "name\nJörg €\n");
    assert_eq!(latin.encoding, Encoding::Windows1252);
    let binary = decode(b"name\nJ\xf6rg\x81\n").unwrap_err().to_string();
    assert!(binary.starts_with("line 2 is not UTF-8"), "{binary}");
    assert!(decode(b"\xff\xfea").is_err());
}

#[test]
fn a_spreadsheet_runs_no_cell_as_a_formula() {
    let book = [
        contact(
            "+43123@sie.at",
            Some("=cmd|' /C calc'!A0"),
            Some("@SUM(A1)"),
        ),
        contact("a@sie.at", Some("-1"), Some("'quoted'")),
    ];
    let text = write(&book, Format::Csv);
    assert_eq!(
        text,
        "address,name,group\r\n'+43123@sie.at,'=cmd|' /C calc'!A0,'@SUM(A1)\r\na@sie.at,'-1,''quoted'\r\n"
    );
    assert_eq!(read(&text, Format::Csv, None).contacts, book);
}

#[test]
fn a_star_marks_a_group_of_googles_in_a_spreadsheet_alone() {
    let book = [contact("a@sie.at", None, Some("* Stars, and others"))];
    for format in [Format::Csv, Format::Vcard3, Format::Vcard4, Format::Ldif] {
        assert_eq!(read(&write(&book, format), format, None).contacts, book);
    }
    let text = "labels,mail\n* myContacts ::: * starred,a@sie.at\n";
    assert_eq!(all_of(text, Format::Csv), ["a@sie.at||"]);
}

#[test]
fn lines_that_are_written_are_folded_as_the_formats_demand() {
    let long = "Überlänge ".repeat(40);
    let book = [contact("a@sie.at", Some(long.trim()), Some("Größe"))];
    for format in [Format::Vcard3, Format::Vcard4, Format::Ldif] {
        let text = write(&book, format);
        assert!(text.lines().all(|line| line.len() <= 76), "{text}");
        assert_eq!(read(&text, format, None).contacts, book);
    }
    let ldif = write(&book, Format::Ldif);
    assert!(ldif.is_ascii(), "{ldif}");
    let plain = write(&[contact("a@sie.at", Some("Al"), None)], Format::Vcard4);
    assert_eq!(
        plain,
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Al\r\nIMPP:sip:a@sie.at\r\nEND:VCARD\r\n"
    );
}

#[test]
fn what_no_screen_shows_is_refused_and_what_is_shown_of_it_is_short() {
    let mega = "x".repeat(1 << 20);
    let text = format!("address,name\na@sie.at,{mega}\n{mega}\nb@sie.at,\u{1b}[31mBen\u{202e}\n");
    let imported = read(&text, Format::Csv, None);
    assert_eq!(shown(&imported), ["b@sie.at|[31mBen|"]);
    assert_eq!(
        refusals(&imported),
        [
            "2: the name is longer than 500 characters",
            "3: the address is longer than 320 characters"
        ]
    );
    for refused in &imported.refused {
        assert!(refused.text.chars().count() <= 80 && refused.text.ends_with('…'));
    }
}

/// The time that this thread has had a core: a busy machine makes it no longer.
#[cfg(target_os = "linux")]
fn time_on_a_core() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_time_that_reading_takes_grows_with_the_text_alone() {
    let started = time_on_a_core();
    let read_all = |text: &str| {
        Source::of_content(text);
        for source in Source::ALL {
            read(text, source, Some("sie.at"));
        }
    };
    for piece in [
        "\"",
        "\"\n",
        "\"\n\"b\",\"\n",
        "\"\"\"\n,",
        ",",
        "<",
        "<>",
        "\\",
        " ",
        "\n ",
        "\n",
        ":",
        ";",
        "x\",\"\n",
        "a@b.c,",
        "\0",
        "#",
        "é",
        "BEGIN:VCARD\n",
        "dn:\n\n",
        "dn::\n ",
        "<a>",
        "<buddylist><user>",
        "[0]\n",
        "alias \\\n",
        "FN;ENCODING=QUOTED-PRINTABLE:=\n",
        "a@b.c (",
        "a@b.c;ttl=1",
        "a,b.c,d,e.f,g,h\n",
    ] {
        let text = piece.repeat((1 << 16) / piece.len());
        read_all(&text);
        read_all(&format!("BEGIN:VCARD\nFN:{text}"));
    }
    read_all(&"x".repeat(1 << 20));
    // Seconds in truth; a square of the length would be many minutes.
    let took = time_on_a_core() - started;
    assert!(took.as_secs() < 60, "{took:?}");
}

#[test]
fn quotes_that_are_broken_over_and_over_end_the_reading() {
    let text = "a@sie.at\n".to_string() + &"x\",\"\n".repeat(99);
    let imported = read(&text, Format::Csv, None);
    assert_eq!(shown(&imported), ["a@sie.at||"]);
    assert_eq!(imported.refused.last().unwrap().reason, Reason::Quotes);
}

fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    let odd = "[-* \u{0}-\u{1f}\u{7f}-\u{a0}\u{2028}\u{3000}\u{301}\u{fe0f}=+@',;:#<>\"\\\\\n\r\t {}|/a-zäöüßñ田中👩‍💻\u{200b}\u{feff}＝!.()]{0,40}";
    let text = proptest::option::of(prop_oneof![odd, ".{0,60}", "[A-Z][a-z]+ [A-Z][a-z]+"]);
    let user = "[-_.!~*'()&=+$,;?/#^{}|`a-zA-Zäö田0-9]{1,20}";
    let words = (text.clone(), text.clone(), text.clone(), text.clone(), text);
    let numbers = proptest::option::of("[+0-9][-0-9 ()/.]{1,15}");
    let also = proptest::option::of("[a-z]{1,8}@[a-z]{1,8}\\.at(, [a-z]{1,8}@[a-z]{1,8}\\.at)?");
    let facts = (words, numbers.clone(), numbers, also, any::<bool>());
    let one = (user, facts).prop_filter_map("no address", |(user, facts)| {
        let address = Address::parse(&format!("{user}@sie.at")).ok()?;
        let ((name, group, department, title, note), number, mobile, also, pinned) = facts;
        Some(Contact {
            address,
            name,
            group,
            number,
            mobile,
            department,
            title,
            also,
            note,
            ring: None,
            pinned,
            comment: None,
        })
    });
    proptest::collection::vec(one, 0..8)
}

/// As the book keeps it: cleaned, each address once.
fn kept(contacts: &[Contact]) -> Vec<Contact> {
    let word = |text: &Option<String>| {
        let text = clean(text.as_deref().unwrap_or_default());
        (!text.is_empty()).then_some(text)
    };
    let mut kept: Vec<Contact> = Vec::new();
    for contact in contacts {
        if kept.iter().all(|known| known.address != contact.address) {
            let is_address =
                |name: &String| Address::parse(name).is_ok_and(|name| name == contact.address);
            let is_number = |text: &String| text.contains(|c: char| c.is_ascii_digit());
            kept.push(Contact {
                address: contact.address.clone(),
                name: word(&contact.name).filter(|name| !is_address(name)),
                group: word(&contact.group),
                number: word(&contact.number).filter(is_number),
                mobile: word(&contact.mobile).filter(is_number),
                department: word(&contact.department),
                title: word(&contact.title),
                also: contact.also.clone(),
                note: word(&contact.note),
                ring: contact.ring.clone(),
                pinned: contact.pinned,
                comment: None,
            });
        }
    }
    kept
}

#[test]
fn a_bulk_export_is_the_list_of_its_owner() {
    let header = "User ID,User Domain,Contact ID,Contact Domain,Nickname,Group Name";
    let rows = "me,sie.at,ann,sie.at,Ann One,Desk\r\nme,sie.at,ben@usa,sie.at,,Desk\r\n";
    let expected = ["ann@sie.at|Ann One|Desk", "ben@usa@sie.at||Desk"];
    for text in [
        rows.to_string(),
        format!("{header}\r\n{rows}"),
        format!("{header},State\r\n{}", rows.replace("\r\n", ",1\r\n")),
        rows.replace("\r\n", ",\r\n"),
        format!("{header}\r\n{rows}").replace(',', ";"),
    ] {
        assert_eq!(Source::of_content(&text), Format::Csv.into(), "{text}");
        assert_eq!(all_of(&text, Format::Csv), expected, "{text}");
    }
    let two = format!("{rows}you,sie.at,eve,sie.at,Eve,\r\nyou,sie.at,fay,other.at,Fay,\r\n");
    let of = |owner| exchange::read(&two, Format::Csv.into(), None, owner);
    assert_eq!(shown(&of(Some("ME@sie.at"))), expected);
    assert_eq!(
        shown(&of(Some("you"))),
        ["eve@sie.at|Eve|", "fay@other.at|Fay|"]
    );
    for (owner, reason) in [
        (
            None,
            "1: these are the contact lists of me@sie.at, you@sie.at: import one alone by --owner USER",
        ),
        (
            Some("he"),
            "1: no contact list of he is there, but of me@sie.at, you@sie.at",
        ),
    ] {
        assert_eq!(shown(&of(owner)), [""; 0]);
        assert_eq!(refusals(&of(owner)), [reason]);
    }
}

#[test]
fn lists_of_buddies_are_read() {
    let jabber = "\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<buddylist>\n<group>\n\
        <gname>Desk &amp; door</gname>\n<user><uname>ray@sie.at</uname><fname>Ray</fname></user>\n\
        <user><fname>Nobody</fname></user></group><group><gname>Other</gname><user>\
        <uname>sue@sie.at</uname><fname/></user></group></buddylist>";
    assert_eq!(Source::of_content(jabber), Source::Buddies);
    let imported = read(jabber, Source::Buddies, None);
    assert_eq!(
        shown(&imported),
        ["ray@sie.at|Ray|Desk & door", "sue@sie.at||Other"]
    );
    assert_eq!(
        refusals(&imported),
        ["7: no address is there: SIP, instant messaging or e-mail"]
    );
    let pidgin = "<?xml version='1.0' encoding='UTF-8' ?>\n\n<purple version='1.0'>\n<blist>\n\
        <group name='Desk'>\n<setting name='collapsed' type='bool'>0</setting>\n<contact alias='Ann'>\n\
        <buddy account='me@sie.at/' proto='prpl-jabber'><name>ann@sie.at/home</name></buddy>\n\
        </contact>\n<contact>\n<buddy account='me' proto='prpl-irc'><name>bob</name></buddy>\n\
        <buddy account='me' proto='prpl-sipe'><name>ben@sie.at</name><alias>Ben</alias></buddy>\n\
        </contact></group></blist><privacy/></purple>";
    assert_eq!(Source::of_content(pidgin), Source::Buddies);
    let imported = read(pidgin, Source::Buddies, Some("sie.at"));
    assert_eq!(
        shown(&imported),
        ["ann@sie.at|Ann|Desk", "ben@sie.at|Ben|Desk"]
    );
    assert_eq!(
        refusals(&imported),
        ["11: this is somebody in another network (irc)"]
    );
    for (text, line) in [
        ("<?xml version='1.0'?>\n<rss/>", 2),
        ("<buddylist>\n<user>\n", 1),
    ] {
        let imported = read(text, Source::Buddies, None);
        assert_eq!(imported.refused.len(), 1, "{imported:?}");
        assert_eq!(imported.refused[0].line, line, "{imported:?}");
    }
}

#[test]
fn the_address_books_of_terminal_programs_are_read() {
    let abook = "# abook addressbook file\n\n[format]\nprogram=abook\nversion=0.6.1\n\n[0]\n\
        name=Jan Eleven\nemail=jan@sie.at,jan.eleven@sie.at\nmobile=+1\ngroups=Desk,Other\n\n\
        [1]\nname=Kim\nnick=kim\n\n[2]\nemail=lea@sie.at\nbroken\n";
    assert_eq!(Source::of_content(abook), Source::Abook);
    let imported = read(abook, Source::Abook, Some("sie.at"));
    assert_eq!(
        shown(&imported),
        ["jan@sie.at|Jan Eleven|Desk", "lea@sie.at||"]
    );
    assert_eq!(
        refusals(&imported),
        [
            "13: no address is there: SIP, instant messaging or e-mail",
            "19: this is not a line of an address book of abook: an equals sign is missing"
        ]
    );
    let mutt = "# friends\nalias -group desk ann Ann One <ann@sie.at>\n\
        alias ben ben@sie.at (Ben Two)\nalias carla \"Three, Carla\" <carla@sie.at>, \\\n\
        dan@sie.at\nalias all ann, ben\nset folder=~/Mail\nalias eve\n";
    assert_eq!(Source::of_content(mutt), Source::Mutt);
    let imported = read(mutt, Source::Mutt, Some("sie.at"));
    assert_eq!(
        shown(&imported),
        [
            "ann@sie.at|Ann One|",
            "ben@sie.at|Ben Two|",
            "carla@sie.at|Three, Carla|",
            "dan@sie.at||"
        ]
    );
    let settings = "set folder=~/Mail\nalias ann Ann One <ann@sie.at>\n";
    assert_eq!(Source::of_content(settings), Source::Mutt);
    let header = "alias\tname\tmail\na\tAnn\tann@sie.at";
    assert_eq!(Source::of_content(header), Format::Csv.into());
    let not_alias = "this is not an alias of mutt: a line is 'alias NICK Name <user@domain>'";
    assert_eq!(
        refusals(&imported),
        [
            "6: 'ann, ben' is another alias, not an address".to_string(),
            format!("7: {not_alias}"),
            format!("8: {not_alias}")
        ]
    );
}

#[test]
fn old_cards_are_read_in_the_character_set_they_name() {
    let card = |lines: &str| format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{lines}END:VCARD\r\n");
    for lines in [
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=4D=C3=BC=6C=6C=65=72;=41=6E=6E;;;\r\n\
         FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=41=6E=6E=20=4D=C3=\r\n=BC=6C=6C=65=72\r\n\
         EMAIL;WORK:ann@sie.at\r\n",
        "N;CHARSET=UTF-8;QUOTED-PRINTABLE:M=C3=BCller;Ann\r\nEMAIL;PREF;INTERNET:ann@sie.at\r\n",
        "N;ENCODING=QUOTED-PRINTABLE:M=FCller;Ann\r\nEMAIL:ann@sie.at\r\n",
        "FN;CHARSET=ISO-8859-1;ENCODING=quoted-printable:Ann M=FC=\r\nller\r\n\
         EMAIL;ENCODING=QUOTED-PRINTABLE:ann=40sie.at\r\nPHOTO;ENCODING=BASE64:\r\n AAAA\r\n\r\n",
        "N;CHARSET=UTF-8;ENCODING=BASE64:TcO8bGxlcjtBbm4=\r\nEMAIL:ann@sie.at\r\n",
        "FN;CHARSET=ISO-8859-1;ENCODING=b:QW5uIE38bGxlcg==\r\nEMAIL:ann@sie.at\r\n",
    ] {
        let expected = ["ann@sie.at|Ann Müller|"];
        assert_eq!(all_of(&card(lines), Format::Vcard3), expected, "{lines}");
    }
    let several = card("FN;ENCODING=QUOTED-PRINTABLE:A=\r\n")
        + &card("FN;ENCODING=QUOTED-PRINTABLE:=3B=zz=\r\n=\r\nB\r\nEMAIL:b@sie.at\r\n");
    let imported = read(&several, Format::Vcard3, None);
    assert_eq!(shown(&imported), ["b@sie.at|;=zzB|"]);
}

#[test]
fn several_addresses_of_one_person_bring_the_first_that_a_server_can_know() {
    for text in [
        "Name,E-mail 1 - Value\nAnn One,ann@sie.at ::: ann.one@sie.at\n",
        "First Name,Last Name,E-mail Address,E-mail 2 Address\n\
         Ann,One,/o=Acme/ou=Site/cn=Recipients/cn=ann,ann@sie.at\n",
        "First Name,Last Name,E-mail Address,E-mail 2 Address\nAnn,One,EX:/O=ACME/CN=a@b,ann@sie.at\n",
        "Vorname;Nachname;E-Mail-Adresse;E-Mail 2: Adresse\nAnn;One;;ann@sie.at\n",
    ] {
        let imported = read(text, Format::Csv, Some("sie.at"));
        assert_eq!(shown(&imported), ["ann@sie.at|Ann One|"], "{text}");
    }
    for text in [
        "Vorname;Name;E-Mail\nAnn;One;ann@sie.at\n",
        "Prénom;Nom;Adresse de messagerie\nAnn;One;ann@sie.at\n",
        "Nombre,Apellidos,Dirección de correo electrónico\nAnn,One,ann@sie.at\n",
        "First Name,Name,Primary Email,Secondary Email\nAnn,Ann One,,ann@sie.at\n",
    ] {
        let imported = read(text, Format::Csv, Some("sie.at"));
        assert_eq!(shown(&imported), ["ann@sie.at|Ann One|"], "{text}");
        assert_eq!(imported.refused, [], "{text}");
    }
    // A header in no known language is refused, not taken for a person.
    let unknown = "Etunimi;Sukunimi;Sähköpostiosoite 1\nAnn;One;ann@sie.at\n";
    let imported = read(unknown, Format::Csv, Some("sie.at"));
    assert_eq!(imported.refused.len(), 1, "{imported:?}");
    let alone = read(
        "name,email\nAnn,/o=Acme/cn=ann\n",
        Format::Csv,
        Some("sie.at"),
    );
    assert_eq!(
        refusals(&alone),
        ["2: this is an address within Exchange (X.500): export the e-mail address, too"]
    );
}

#[test]
fn what_people_paste_is_read_as_they_mean_it() {
    for (text, expected) in [
        (
            "\"Five, Eve\" <eve@sie.at>; fay@sie.at",
            &["eve@sie.at|Five, Eve|", "fay@sie.at||"][..],
        ),
        ("Ann One ann@sie.at", &["ann@sie.at|Ann One|"]),
        (
            "ann@sie.at (Ann One), ben@sie.at",
            &["ann@sie.at|Ann One|", "ben@sie.at||"],
        ),
        ("<sip:ann@sie.at;transport=tls>", &["ann@sie.at||"]),
        (
            "sip:ann@sie.at;transport=tls;user=phone ben@sie.at",
            &["ann@sie.at||", "ben@sie.at||"],
        ),
        (
            "\u{200b}ann@sie.at\u{200b}, \u{2060}b\u{200d}en@sie.at \u{200b}",
            &["ann@sie.at||", "ben@sie.at||"],
        ),
        ("bjones@usa@sie.at", &["bjones@usa@sie.at||"]),
        (
            "Five, Eve [mailto:eve@sie.at]; Fay Six [SMTP:fay@sie.at]",
            &["eve@sie.at|Five, Eve|", "fay@sie.at|Fay Six|"],
        ),
        (
            "'Five, Eve' <eve@sie.at>; 'fay@sie.at'",
            &["eve@sie.at|Five, Eve|", "fay@sie.at||"],
        ),
    ] {
        assert_eq!(all_of(text, Format::List), expected, "{text}");
        assert_eq!(Source::of_content(text), Format::List.into(), "{text}");
    }
    let row = "Ann One\tann@sie.at\tDesk";
    assert_eq!(Source::of_content(row), Format::Csv.into());
    assert_eq!(all_of(row, Format::Csv), ["ann@sie.at|Ann One|Desk"]);
    let two = "Ann One\tann@sie.at\tann.one@sie.at\tDesk";
    assert_eq!(all_of(two, Format::Csv), ["ann@sie.at|Ann One|Desk"]);
}

/// Address, number, mobile number, department, title and note of the first.
fn first(text: &str, source: impl Into<Source>) -> Vec<String> {
    let imported = read(text, source, None);
    assert_eq!(imported.refused, [], "{text}");
    let contact = &imported.contacts[0];
    let facts = [
        Fact::Number,
        Fact::Mobile,
        Fact::Department,
        Fact::Title,
        Fact::Note,
    ];
    let facts = facts.map(|fact| contact.fact(fact).unwrap_or_default().to_string());
    [contact.address.to_string()]
        .into_iter()
        .chain(facts)
        .collect()
}

#[test]
fn facts_come_along() {
    let all = [
        "ann@sie.at",
        "3216",
        "+43 664 1",
        "Sales",
        "Clerk",
        "on Mondays",
    ];
    for text in [
        "E-mail Address,Title,Job Title,Department,Business Phone,Mobile Phone,Home Phone,Notes\n\
         ann@sie.at,Dr.,Clerk,Sales,3216,+43 664 1,99,on Mondays\n",
        "E-Mail-Adresse;Anrede;Position;Abteilung;Telefon geschäftlich;Mobiltelefon;Notizen\n\
         ann@sie.at;Frau;Clerk;Sales;3216;+43 664 1;on Mondays\n",
        "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,\
         Phone 3 - Label,Phone 3 - Value,Organization Title,Organization Department,Notes\n\
         ann@sie.at,Work Fax,1,Mobile,+43 664 1 ::: +43 664 2,Work,3216,Clerk,Sales,on Mondays\n",
        "address,number,mobile,department,title,note\n\
         ann@sie.at,3216,'+43 664 1,Sales,Clerk,on Mondays\n",
    ] {
        assert_eq!(first(text, Format::Csv), all, "{text}");
    }
    for text in [
        "TEL;TYPE=HOME:99\nTEL;TYPE=WORK,VOICE,PREF:3216\nTEL;TYPE=CELL:+43 664 1\n\
         TEL;TYPE=WORK,FAX:98\nORG:Acme;Sales\nTITLE:Clerk\nNOTE:on Mondays\n",
        "TEL;PREF;WORK:3216\nTEL;CELL:+43 664 1\nORG:Acme;Sales\nTITLE:Clerk\nNOTE:on Mondays\n",
        "TEL;VALUE=uri;TYPE=\"work,voice\":tel:3216\nTEL;VALUE=uri;TYPE=cell:tel:+43 664 1\n\
         ORG:;Sales\nTITLE:Clerk\nNOTE:on\\nMondays\n",
    ] {
        let card = format!("BEGIN:VCARD\nVERSION:3.0\nEMAIL:ann@sie.at\n{text}END:VCARD\n");
        assert_eq!(first(&card, Format::Vcard3), all, "{text}");
    }
    let extension = "BEGIN:VCARD\nEMAIL:a@sie.at\nTEL:tel:+43-1-234;ext=16\nEND:VCARD\n";
    assert_eq!(first(extension, Format::Vcard4)[1], "+43-1-234 ext. 16");
    let entry = "dn: cn=Ann\nmail: ann@sie.at\ntelephoneNumber: 3216\nmobile: +43 664 1\n\
        department: Sales\ntitle: Clerk\ndescription: on Mondays\n";
    assert_eq!(first(entry, Format::Ldif), all);
    let book = "[0]\nname=Ann\nemail=ann@sie.at\nphone=99\nworkphone=3216\nmobile=+43 664 1\n\
        notes=on Mondays\n";
    assert_eq!(
        first(book, Source::Abook),
        ["ann@sie.at", "3216", "+43 664 1", "", "", "on Mondays"]
    );
    let row = "Ann One\t3216\tann@sie.at\t+43 664 1\tDesk";
    assert_eq!(first(row, Format::Csv)[1..3], ["3216", "+43 664 1"]);
    assert_eq!(all_of(row, Format::Csv), ["ann@sie.at|Ann One|Desk"]);
    // What is no number is none.
    assert_eq!(first("email,phone\nann@sie.at,n/a\n", Format::Csv)[1], "");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back_the_same(contacts in contacts()) {
        let expected = kept(&contacts);
        for format in Format::ALL {
            let text = write(&contacts, format);
            let found = read(&text, format, None);
            let twice = contacts.len() - expected.len();
            prop_assert_eq!(found.refused.len(), twice, "{}\n{:?}", text, found);
            let mut expected = expected.clone();
            if format == Format::List {
                for contact in &mut expected {
                    let name = contact.name.take();
                    *contact = Contact::new(contact.address.clone());
                    contact.name = name;
                }
            }
            prop_assert_eq!(&found.contacts, &expected, "{}", text);
            let texts = |contacts: &[Contact]| {
                let texts = contacts.iter().map(|contact| contact.address.to_string());
                texts.collect::<Vec<_>>()
            };
            prop_assert_eq!(texts(&found.contacts), texts(&expected));
        }
    }

    #[test]
    fn what_is_written_is_recognised(contacts in contacts()) {
        prop_assume!(!contacts.is_empty());
        for format in [Format::Csv, Format::Vcard3, Format::Vcard4, Format::Ldif] {
            prop_assert_eq!(Source::of_content(&write(&contacts, format)), format.into());
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(
        text in prop_oneof![
            "\\PC{0,200}",
            "[-\",;:\\\\<>#@= \n\r\tab\u{feff}é]{0,200}",
            "(BEGIN:VCARD\n|END:VCARD\n|FN|:|;|\"|\n| |EMAIL:a@b\n|dn:|mail::|\\\\|é|-\n|sep=|,){0,60}",
        ],
        domain in proptest::option::of("[a-z.]{0,5}"),
    ) {
        Source::of_content(&text);
        let _ = decode(text.as_bytes());
        let lines = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
        for source in Source::ALL {
            let imported = read(&text, source, domain.as_deref());
            for refused in &imported.refused {
                prop_assert!((1..=lines).contains(&refused.line));
                prop_assert_eq!(&clean(&refused.text), &refused.text);
                prop_assert!(!refused.reason.to_string().is_empty());
            }
        }
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = decode(&bytes);
        let _ = decode(&[&[0xff, 0xfe], bytes.as_slice()].concat());
    }
}

#[test]
fn a_list_knows_people_by_any_of_their_addresses() {
    let ben = Contact {
        also: Some("ben@two.at".into()),
        ..contact("ben@sie.at", Some("Ben"), Some("Sales"))
    };
    let carla = contact("carla@sie.at", None, Some("sales"));
    let other = contact("dan@sie.at", None, Some("Desk"));
    let book = [ben.clone(), carla.clone(), other];
    let list = [
        contact("ben@two.at", Some("Ben Two"), Some("Sales")),
        contact("ben@sie.at", Some("Benjamin"), Some("Sales")),
    ];
    let comparison = Comparison::of(&book, &list, Extent::Sync);
    let renamed = Contact {
        name: Some("Ben Two".into()),
        ..ben.clone()
    };
    assert_eq!(comparison.changed, [(ben, renamed)]);
    assert_eq!(comparison.gone, [carla]);
    assert_eq!((comparison.new.len(), comparison.same), (0, 1));
    assert_eq!(Comparison::of(&book, &list, Extent::Update).gone, []);
    assert_eq!(Comparison::of(&book, &list, Extent::Add).same, 2);
}
