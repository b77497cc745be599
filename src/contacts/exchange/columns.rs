//! What the columns of a spreadsheet are called, by the programs and in the languages that write
//! them.

use super::intake::Kind;
use crate::contacts::Fact;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Address(Kind),
    Name,
    First,
    Last,
    Group,
    /// Several groups in one cell.
    Groups,
    Department,
    Number,
    Mobile,
    /// Google's: whose number stands in the column after it.
    PhoneKind,
    PhoneValue,
    Title,
    /// Where a column of this name is, `Title` means how somebody is addressed.
    JobTitle,
    Also,
    Note,
    Ring,
    Pinned,
}

/// The column of that name, as programs write it in English, German, French, Spanish, Italian,
/// Dutch and Portuguese.
pub(super) fn column(name: &str) -> Option<Column> {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    let mut name: String = letters.flat_map(char::to_lowercase).take(40).collect();
    // The second and further ones: `E-mail 2 Address`, `E-mail 3 - Value`, `Phone 2 - Value`.
    for kind in ["email", "phone"] {
        let digit = |digit: char| digit.is_ascii_digit();
        if name
            .strip_prefix(kind)
            .is_some_and(|rest| rest.starts_with(digit))
        {
            name.remove(kind.len());
        }
    }
    Some(match name.as_str() {
        "address"
        | "uri"
        | "sip"
        | "sipuri"
        | "sipaddress"
        | "directoryuri"
        | "msrtcsipprimaryuseraddress" => Column::Address(Kind::Sip),
        "im" | "imaddress" | "impp" | "jabber" | "jabberid" | "jid" | "xmpp" | "im1value"
        | "contactjid" => Column::Address(Kind::Im),
        "email"
        | "emailaddress"
        | "emailadresse"
        | "mail"
        | "primaryemail"
        | "secondaryemail"
        | "workemail"
        | "emailvalue"
        | "adressedemessagerie"
        | "adresseemail"
        | "courriel"
        | "correo"
        | "correoelectrónico"
        | "direccióndecorreoelectrónico"
        | "indirizzoemail"
        | "indirizzopostaelettronica"
        | "emailadres"
        | "endereçodeemail" => Column::Address(Kind::Mail),
        "name" | "displayname" | "fullname" | "cn" | "commonname" | "anzeigename" => Column::Name,
        "firstname" | "givenname" | "first" | "vorname" | "prénom" | "nombre" | "nome"
        | "voornaam" => Column::First,
        "lastname" | "familyname" | "surname" | "last" | "sn" | "nachname" | "nom"
        | "apellidos" | "cognome" | "achternaam" | "sobrenome" => Column::Last,
        "group" | "gruppe" | "groupe" | "grupo" | "gruppo" | "groep" | "team" => Column::Group,
        "department"
        | "abteilung"
        | "ou"
        | "organizationdepartment"
        | "service"
        | "departamento"
        | "ufficio"
        | "afdeling" => Column::Department,
        "groupname" | "groups" | "categories" | "labels" | "groupmembership" | "kategorien"
        | "gruppen" => Column::Groups,
        "number"
        | "phone"
        | "phonenumber"
        | "telephone"
        | "telephonenumber"
        | "workphone"
        | "businessphone"
        | "primaryphone"
        | "ipphone"
        | "extension"
        | "telefon"
        | "telefonnummer"
        | "telefongeschäftlich"
        | "durchwahl"
        | "téléphone"
        | "téléphonebureau"
        | "teléfono"
        | "teléfonodeltrabajo"
        | "telefono"
        | "telefoonopwerk" => Column::Number,
        "mobile" | "mobilephone" | "mobilenumber" | "cell" | "cellphone" | "mobil"
        | "mobiltelefon" | "handy" | "télmobile" | "móvil" | "cellulare" | "mobieletelefoon" => {
            Column::Mobile
        }
        "phonelabel" | "phonetype" => Column::PhoneKind,
        "phonevalue" => Column::PhoneValue,
        "title" | "titel" => Column::Title,
        "jobtitle" | "organizationtitle" | "position" | "titre" | "fonction" | "cargo"
        | "functie" => Column::JobTitle,
        "note" | "notes" | "notiz" | "notizen" | "bemerkung" | "bemerkungen" | "notas" => {
            Column::Note
        }
        "also" => Column::Also,
        "ring" => Column::Ring,
        "pinned" => Column::Pinned,
        _ => return None,
    })
}

/// The key in the contact book of what people call by this name.
pub fn key_of(name: &str) -> Option<&'static str> {
    let fact = match column(name)? {
        Column::Address(_) => return Some("address"),
        Column::Pinned => return Some("pinned"),
        Column::Name => Fact::Name,
        Column::Group | Column::Groups => Fact::Group,
        Column::Number => Fact::Number,
        Column::Mobile => Fact::Mobile,
        Column::Department => Fact::Department,
        Column::Title | Column::JobTitle => Fact::Title,
        Column::Also => Fact::Also,
        Column::Ring => Fact::Ring,
        Column::Note => Fact::Note,
        _ => return None,
    };
    Some(fact.key())
}
