use swath_domain::FileKind;

use super::*;

#[test]
fn documents_are_whole_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    for (name, kind, text, words) in [
        ("a.xml", FileKind::Xml, "<?xml version=\"1.0\"?>\n<!-- x --><a b=\"1\"><c/>t &amp; <![CDATA[<]]></a>\n", None),
        ("manifest.safe", FileKind::Any, "\u{feff}<xfdu:XFDU xmlns:xfdu=\"u\"/>", None),
        ("a.xml", FileKind::Any, "<a></a>", None),
        ("AUX_ECMWFT", FileKind::Any, "GRIB<", None),
        ("a.xml", FileKind::Any, "<a><b></a>", Some("it is not XML")),
        ("a.xml", FileKind::Xml, "<a><b></b>", Some("it ends before its first element does")),
        ("a.xml", FileKind::Xml, "<a/><b/>", Some("several documents")),
        ("a.xml", FileKind::Xml, "<a/><?xml version=\"1.0\"?><Error/>", Some("")),
        ("a.xml", FileKind::Xml, "<a/>{\"error\":1}", Some("something else stands before or after")),
        ("a.xml", FileKind::Xml, "", Some("there is nothing in it")),
        ("a.xml", FileKind::Xml, "words", Some("something else stands")),
        ("a.xml", FileKind::Xml, "<html><body/></html>", Some("a web page")),
        ("a.xml", FileKind::Xml, "<!DOCTYPE html><html><body><p>Sign in</body></html>", Some("")),
        ("a.xml", FileKind::Xml, "<Error><Code>AccessDenied</Code></Error>", Some("an error message of the server")),
        ("a.xml", FileKind::Xml, "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", Some("may unfold without end")),
        ("a.xml", FileKind::Xml, &deep, Some("256 deep")),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        match (check(&path, kind, &Never), words) {
            (Ok(()), None) => {}
            (Err(Stop::Failed(error)), Some(words)) => assert!(error.to_string().contains(words), "{text}: {error}"),
            (other, _) => panic!("{text}: {other:?} instead of {words:?}"),
        }
    }
    fs::write(folder.path().join("bad.xml"), b"<a>\xff\xfe</a>").unwrap();
    assert!(check(&folder.path().join("bad.xml"), FileKind::Xml, &Never).is_err());
    assert!(matches!(check(&folder.path().join("none.xml"), FileKind::Xml, &Never), Err(Stop::Failed(PackageError::Read { .. }))));
}

#[test]
fn images_are_known_by_their_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    for (kind, bytes) in [
        (FileKind::Tiff, b"II*\0....".as_slice()),
        (FileKind::Tiff, b"MM\0*...."),
        (FileKind::Tiff, b"II+\0...."),
        (FileKind::Jp2, b"\0\0\0\x0cjP  \r\n\x87\n"),
        (FileKind::Jp2, b"\xff\x4f\xff\x51"),
    ] {
        fs::write(&path, bytes).unwrap();
        for asked in [FileKind::Tiff, FileKind::Jp2, FileKind::Zip, FileKind::Tar, FileKind::Gzip] {
            assert_eq!(check(&path, asked, &Never).is_ok(), asked == kind, "{bytes:?} as {asked:?}");
        }
    }
}
