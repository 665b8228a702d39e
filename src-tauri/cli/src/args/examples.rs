//! What stands below the options in `--help`.

pub(super) const SWATH: &str = "\
Examples:
  swath demo run                                   try everything, without a network
  swath search --bbox 15.0,45.0,15.3,45.2 --from 2025-06-01 --to 2025-08-31 --max-cloud 60
  swath recipe new --bbox 15.0,45.0,15.3,45.2 --from 2025-06-01 --to 2025-08-31 > mine.json
  swath plan mine.json                             what it would fetch and make
  swath run mine.json                              make it

Exit codes:
  0    done
  1    it could not be done
  2    wrong arguments, or a wrong recipe, area or provider file
  3    nothing was found
  4    no catalogue answered, or the network failed
  5    a part was done: some catalogues or transfers failed, others did not
  130  cancelled with Ctrl-C (a second Ctrl-C quits at once)";

pub(super) const SEARCH: &str = "\
Examples:
  swath search --bbox 15.0,45.0,15.3,45.2 --from 2025-06-01 --to 2025-08-31
  swath search --area county.geojson --from 2023-01-01 --to 2025-12-31 --season 06-01..08-31 --max-cloud 40
  swath search --area parcels.gpkg --layer fields --from 2025-06-01 --to 2025-08-31 --min-clear 70
  swath search --area 33TWL --from 2025-06-01 --to 2025-08-31 --completeness
  swath search --json --area - --from 2025-06-01 --to 2025-06-30 < county.geojson | jq -r 'select(.event == \"scene\").scene.id'

All catalogues are asked at once, and what they tell of one acquisition becomes one scene; SOURCES names those that have it, the best
first. With --json there is a line {\"event\":\"catalogue\",…} or {\"event\":\"catalogue-failed\",…} as each one ends, and in the end a line
{\"event\":\"scene\",\"scene\":{…},\"covers\":0.93,\"sources\":[…]} for every scene.
Ends with 3 when nothing was found, with 4 when no catalogue answered, with 5 when some failed (scenes of the others are printed).";

pub(super) const PLAN: &str = "\
Examples:
  swath plan mine.json
  swath plan mine.json --json | jq .plan.estimate
  swath demo recipe | swath plan -";

pub(super) const RUN: &str = "\
Examples:
  swath run mine.json
  gdalinfo \"$(swath run mine.json)/composite.tif\"
  swath run mine.json --json | jq -r 'select(.event == \"product\").folder'
  swath run - --parallel 4 --memory 2048 < mine.json

The product's folder is the only thing on standard output. With --json there is a line {\"event\":\"job\",…} for every
change of the job and a last line {\"event\":\"product\",…} or {\"event\":\"error\",…}.
Ctrl-C cancels and keeps what was fetched; `swath jobs retry ID` goes on from there.";

pub(super) const JOBS: &str = "\
Examples:
  swath jobs                                       all jobs, newest first
  swath jobs show 7
  swath jobs resume 7                              after a crash or a pause
  swath jobs retry 7                               after an error or a cancel; nothing is fetched twice
  swath jobs list --json | jq -r 'select(.job.state == \"failed\").job.id'";

pub(super) const DOWNLOAD: &str = "\
Examples:
  swath download --area county.geojson --from 2025-06-01 --to 2025-08-31 --max-cloud 20
                                                   the choices with their sizes; nothing is fetched
  swath download --area county.geojson --from 2025-06-01 --to 2025-08-31 --max-cloud 20 --as window --bands red,nir,scl
  swath download --area 33TWL --from 2025-06-01 --to 2025-06-30 --as safe-zip --hours 22:00-06:00 --bandwidth 10MB
  swath search --json --area 33TWL --from 2025-06-01 --to 2025-06-30 | swath download --scenes - --as bands --bands red
  swath download --area 33TWL --from 2025-06-01 --to 2025-06-30 --as partial-safe --bands red,nir --dry-run

The files that came are the only thing on standard output. What the library holds already is not fetched again. Every file is checked by
length, first bytes, digest where one is published, and structure before it gets into the library.
Ctrl-C stops and keeps what has arrived; so does a crash: `swath transfers resume --all` goes on from there.
Ends with 5 when some scenes could not be fetched.";

pub(super) const TRANSFERS: &str = "\
Examples:
  swath transfers                                  the queue, in the order in which it is worked off
  swath transfers resume --all                     after a stop or a crash
  swath transfers resume --failed
  swath transfers move 12 --before 7
  swath transfers cancel --batch 2 --delete
  swath transfers list --json | jq -r 'select(.transfer.state == \"failed\").transfer.error.message'";

pub(super) const HOLDINGS: &str = "\
Examples:
  swath holdings                                   what the library holds of scenes
  swath holdings list --text 33TWL
  swath holdings verify                            read everything again and compare digests
  swath holdings unpack 3                          a zip or tar, out of the library itself
  swath holdings relink /mnt/old-disk              look for missing files there
  swath holdings remove 3 --yes                    into the system's bin";

pub(super) const LIBRARY: &str = "\
Examples:
  swath library                                    all products, newest first
  swath library list --text county --bbox 15.0,45.0,15.3,45.2
  swath library show 3
  qgis \"$(swath library path 3)/composite.tif\"
  swath library move-to /mnt/large/swath-library
  swath library use /mnt/new-disk/swath-library    the old folder is lost, or was moved by hand
  swath library remove 3 --yes";

pub(super) const PROVIDERS: &str = "\
Examples:
  swath providers
  swath search --provider earth-search --bbox 15.0,45.0,15.3,45.2 --from 2025-06-01 --to 2025-06-30

A catalogue of your own is a JSON file in the folder `providers` of the configuration folder.";

pub(super) const ACCOUNTS: &str = "\
Examples:
  swath accounts                                   which kinds there are, where to get them, which are set up
  swath accounts set cdse                          asks for the user name and, unseen, for the password
  swath accounts set earthdata --stdin < token.txt
  swath accounts test cdse
  swath accounts remove cdse

Accounts lie in the keychain of the system. Secrets are never given as arguments or in the environment, where other programs see them.";

pub(super) const AREA: &str = "\
Examples:
  swath area info parcels.gpkg                     layers, features, their areas, what is wrong with them
  swath area export --area parcels.gpkg --layer fields --feature 3 --feature 7 --to mine.geojson
  swath area export --area stations.csv --points buffer:5000 --to around.gpkg
  swath area export --area 33TWL --to tile.kml";

pub(super) const PICTURE: &str = "\
Examples:
  swath picture --area 33TWL --resolution 60 --from 2025-06-01 --to 2025-06-30 --estimate --out june.png
  swath picture --bbox 15.2,45.3,15.3,45.4 --from 2025-06-01 --to 2025-06-30 --max-cloud 20 --out june.png
  swath picture --area field.geojson --band red --band nir --from 2025-06-01 --to 2025-06-30 --out june.tif";

pub(super) const PLACES: &str = "\
Examples:
  swath places zagreb
  swath places 北京 --limit 3
  swath places --json zagreb | jq .place.bbox";

pub(super) const MASK: &str = "\
Examples:
  swath mask scene.tif --bands blue,green,red,nir,swir16,swir22 --sun 158.3,52.1 --out mask.tif
  swath mask l1c.tif --bands blue,green,red,nir --offset -0.1 --out mask.tif
  swath mask scene.tif --bands red,green,nir08 --model clouds.onnx --out mask.tif

Reflectance is the stored number times --scale plus --offset. Cloud and shadow are not widened.";

pub(super) const NEW: &str = "\
Examples:
  swath recipe new --area county.geojson --from 2025-06-01 --to 2025-08-31 > county.json
  swath recipe new --area county.geojson --from 2025-06-01 --to 2025-08-31 --plain | swath run -
  swath recipe new --area 33TWL --from 2025-01-01 --to 2025-12-31 --every month --gaps linear:30 > year.json
  swath recipe new --area county.geojson --from 2025-08-01 --to 2025-08-31 --method fill:2025-08-15 > day.json
  swath recipe new --area county.geojson --from 2025-06-01 --to 2025-08-31 --at-most 5 --least-share 1 > quick.json

What is not said is as Swath would choose: the mask of the product, graded buffers, balance, screening over time, the median per band.";

pub(super) const RECIPE: &str = "\
Examples:
  swath recipe new --area county.geojson --from 2025-06-01 --to 2025-08-31 > mine.json
  swath recipe check mine.json
  swath recipe schema > recipe.schema.json
  swath demo recipe | swath recipe check -";

pub(super) const DEMO: &str = "\
Examples:
  swath demo run                                   make the catalogue when missing, run the recipe, print the folder
  swath demo make --size 2040 --dates 12 --seed 7  another landscape with other weather
  swath demo make --out demo-catalogue             a catalogue to look at, not searched by Swath
  swath demo recipe > mine.json";
