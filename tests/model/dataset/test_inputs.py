"""COCO, Pascal VOC, labels.csv and folders, as the command reads them."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from hil.samples.labels import read_labels
from model.dataset.split import hashed_split

if TYPE_CHECKING:
    from conftest import BuildVww, Inputs

LARGE, SMALL = (10, 20, 40, 60), (100, 100, 8, 8)  # of 160x120: 12.5 % and 0.33 %


def test_coco_gives_labels_and_boxes_by_the_rule(inputs: Inputs, build_vww: BuildVww) -> None:
    root = inputs.coco(
        [
            ("a.jpg", [LARGE, SMALL]),
            ("b.jpg", []),
            ("c.jpg", [SMALL]),
            ("d.jpg", [{"bbox": LARGE, "category_id": 18}]),
            ("e.jpg", [{"bbox": [80, 0, 80, 120], "iscrowd": 1}]),
        ]
    )
    assert build_vww.run("--coco", root) == 0
    labels = {file.rsplit("/", 1)[1]: person for file, person in build_vww.labels().items()}
    assert labels == {"a.jpg": True, "b.jpg": False, "d.jpg": False, "e.jpg": True}
    first, *_, crowd = build_vww.data.entries
    assert first.file == "coco/val2017/a.jpg"
    assert first.boxes[0] == pytest.approx((0.0625, 1 / 6, 0.3125, 2 / 3), abs=1e-6)
    assert first.boxes[1] == pytest.approx((0.625, 5 / 6, 0.675, 0.9), abs=1e-6)
    assert crowd.boxes == ((0.5, 0, 1, 1),)
    assert (first.source, first.size) == ("coco", (160, 120))
    (name, kind, reason) = build_vww.skipped()[0]
    assert (name, kind) == ("val2017/c.jpg", "small persons")
    assert "0.333%" in reason
    assert "1 small persons" in build_vww.text


def test_the_labels_of_tensorflows_script_are_an_option_away(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    thin = {"bbox": LARGE, "area": 50.0}  # a large box, hardly filled: 0.26 %
    root = inputs.coco([("a.jpg", [thin]), ("b.jpg", [SMALL])])
    assert build_vww.run("--coco", root) == 0
    assert build_vww.labels() == {"coco/val2017/a.jpg": True}
    words = ["--small-persons", "negative"]
    assert build_vww.run("--coco", root, *words) == 0
    assert build_vww.labels() == {"coco/val2017/a.jpg": True, "coco/val2017/b.jpg": False}
    assert build_vww.run("--coco", root, *words, "--area", "mask", "--skip-bad") == 0
    assert build_vww.labels() == {"coco/val2017/a.jpg": False}


def test_the_area_of_the_outline_decides_if_asked(inputs: Inputs, build_vww: BuildVww) -> None:
    thin, full = {"bbox": LARGE, "area": 95.0}, {"bbox": LARGE, "area": 96.0}  # 0.5 % is 96
    root = inputs.coco([("a.jpg", [thin]), ("b.jpg", [full]), ("c.jpg", [{"bbox": LARGE}])])
    assert build_vww.run("--coco", root, "--area", "mask", "--skip-bad") == 0
    assert build_vww.labels() == {"coco/val2017/b.jpg": True}
    kinds = {name: (kind, reason) for name, kind, reason in build_vww.skipped()}
    assert kinds["val2017/a.jpg"][0] == "small persons"
    assert kinds["val2017/c.jpg"] == ("bad", "area None of a person is no area within the picture")


def test_crowds_can_be_left_out(inputs: Inputs, build_vww: BuildVww) -> None:
    crowd = {"bbox": [80, 0, 80, 120], "iscrowd": 1}
    root = inputs.coco([("a.jpg", [crowd]), ("b.jpg", [crowd, LARGE]), ("c.jpg", [])])
    assert build_vww.run("--coco", root, "--uncertain", "drop") == 0
    assert build_vww.labels() == {"coco/val2017/b.jpg": True, "coco/val2017/c.jpg": False}
    assert len(build_vww.data.entries[0].boxes) == 1
    assert build_vww.skipped()[0][:2] == ("val2017/a.jpg", "uncertain persons")


def test_minival_ids_become_the_test_split(inputs: Inputs, build_vww: BuildVww) -> None:
    names = [f"{n:012}.jpg" for n in range(40)]
    inputs.coco([(name, []) for name in names[:20]], name="train2014")
    root = inputs.coco([(name, []) for name in names[20:]], name="val2014", first_id=21)
    ids = inputs.folder / "minival.txt"
    ids.write_text("25\n30\n7\n")
    assert build_vww.run("--coco", root, "--minival-ids", ids) == 0
    splits = build_vww.splits()
    held_out = {file for file, split in splits.items() if split == "test"}
    assert held_out == {
        f"coco/train2014/{names[6]}",
        f"coco/val2014/{names[24]}",
        f"coco/val2014/{names[29]}",
    }
    for file, split in splits.items():
        if file not in held_out:
            assert split == ("val" if hashed_split(file.rsplit("/", 1)[1]) == "val" else "train")


@pytest.mark.parametrize(("text", "message"), [("12\nx\n", "'x' is no image id"), ("", "no ids")])
def test_ids_that_are_none_are_refused(
    inputs: Inputs, build_vww: BuildVww, text: str, message: str
) -> None:
    root = inputs.coco([("a.jpg", [])])
    ids = inputs.folder / "ids.txt"
    ids.write_text(text)
    assert build_vww.run("--coco", root, "--minival-ids", ids) == 4
    assert message in build_vww.error
    assert build_vww.run("--coco", root, "--minival-ids", inputs.folder / "none.txt") == 4
    assert "cannot read the ids" in build_vww.error


def test_val_of_coco_is_tested_on_and_train_is_split(inputs: Inputs, build_vww: BuildVww) -> None:
    inputs.coco([(f"t{n}.jpg", []) for n in range(15)], name="train2017")
    root = inputs.coco([("v.jpg", [])], name="val2017", first_id=100)
    assert build_vww.run("--coco", root) == 0
    splits = build_vww.splits()
    assert splits.pop("coco/val2017/v.jpg") == "test"
    assert set(splits.values()) <= {"train", "val"}
    assert build_vww.run("--coco", root, "--split", "hash") == 0
    assert build_vww.splits()["coco/val2017/v.jpg"] == hashed_split("v.jpg")


def test_one_annotation_file_can_be_chosen(inputs: Inputs, build_vww: BuildVww) -> None:
    inputs.coco([("t.jpg", [])], name="train2017")
    root = inputs.coco([("v.jpg", [])], name="val2017")
    assert build_vww.run("--coco", root, "--annotations", "instances_val2017.json") == 0
    assert list(build_vww.labels()) == ["coco/val2017/v.jpg"]
    assert build_vww.run("--coco", root, "--annotations", "instances_x.json") == 4
    assert "there are: instances_train2017.json, instances_val2017.json" in build_vww.error


def test_pictures_may_lie_below_images_or_where_their_address_says(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.coco([("a.jpg", [])], name="maxitrain")
    (root / "images").mkdir()
    (root / "maxitrain").rename(root / "images" / "train2017")
    text = (root / "annotations" / "instances_maxitrain.json").read_text()
    address = '"coco_url": "http://images.cocodataset.org/train2017/a.jpg", "file_name"'
    inputs.instances(text.replace('"file_name"', address), name="maxitrain")
    assert build_vww.run("--coco", root) == 0
    assert list(build_vww.labels()) == ["coco/images/train2017/a.jpg"]


EMPTY: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
IMAGE = {"id": 1, "file_name": "a.jpg", "width": 160, "height": 120}
PERSON = {"id": 1, "name": "person"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "no COCO instances file: no list 'images'"),
        ({"images": [], "categories": []}, "no list 'annotations'"),
        (EMPTY, "no category 'person'; the file has none"),
        ({**EMPTY, "categories": [{"id": 1, "name": "dog"}]}, "the file has dog"),
        ({**EMPTY, "images": [{"id": 1}]}, "images[0] has no file_name of type str"),
        ({**EMPTY, "images": {"id": 1}}, "no list 'images'"),
        ({**EMPTY, "images": [{**IMAGE, "width": 10**400}]}, "images[0] has no width of type int"),
        (
            {**EMPTY, "images": [IMAGE, {**IMAGE, "file_name": "b.jpg"}]},
            "images[1]: 'b.jpg' has the id 1 of 'a.jpg'",
        ),
        (
            {**EMPTY, "categories": [PERSON, {"id": 1, "name": "dog"}]},
            "categories[1]: 'dog' has the id 1 of 'person'",
        ),
        (
            {
                "images": [],
                "categories": [PERSON],
                "annotations": [{"image_id": 9, "category_id": 1, "bbox": [0, 0, 1, 1]}],
            },
            "a person is in image 9, which is not listed",
        ),
        (
            {"images": [IMAGE], "categories": [PERSON], "annotations": []},
            "none of its 1 pictures is there; looked in val2017",
        ),
    ],
)
def test_a_file_that_is_no_instances_file_is_refused(
    inputs: Inputs, build_vww: BuildVww, content: Any, message: str
) -> None:
    root = inputs.instances(content)
    assert build_vww.run("--coco", root) == 4
    assert message in build_vww.error


@pytest.mark.parametrize(("listed", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_pictures_are_found_however_their_accents_are_spelled(
    inputs: Inputs, build_vww: BuildVww, listed: Any, on_disk: Any
) -> None:
    said, there = (unicodedata.normalize(form, "é") for form in (listed, on_disk))
    coco = inputs.coco([(f"{said}.jpg", [LARGE])])
    (coco / "val2017" / f"{said}.jpg").rename(coco / "val2017" / f"{there}.jpg")
    voc = inputs.voc(said, (1, 1, 80, 120))
    inputs.voc_list("train", said)
    for folder, suffix in (("JPEGImages", "jpg"), ("Annotations", "xml")):
        (voc / folder / f"{said}.{suffix}").rename(voc / folder / f"{there}.{suffix}")
    assert build_vww.run("--coco", coco) == 0
    assert build_vww.labels() == {"coco/val2017/é.jpg": True}
    assert build_vww.run("--voc", voc, out=inputs.folder / "out") == 0
    (entry,) = read_labels(inputs.folder / "out").entries
    assert (entry.file, entry.person) == ("voc2012/é.jpg", True)


def test_two_categories_of_one_name_are_one_class(inputs: Inputs, build_vww: BuildVww) -> None:
    second = {"bbox": LARGE, "category_id": 7}
    root = inputs.coco([("a.jpg", [LARGE]), ("b.jpg", [second]), ("c.jpg", [])])
    path = root / "annotations" / "instances_val2017.json"
    data = json.loads(path.read_text())
    data["categories"].append({"id": 7, "name": "person"})
    path.write_text(json.dumps(data))
    assert build_vww.run("--coco", root) == 0
    assert list(build_vww.labels().values()) == [True, True, False]


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ([10, 10, 0, 20], "no area"),
        ([10, 10, -4, 20], "negative"),
        ([150, 10, 20, 20], "outside of the picture of 160x120 pixels"),
        ([float("nan"), 10, 20, 20], "not finite numbers"),
        ([10**400, 10, 20, 20], "is not four numbers"),
        (["10", 10, 20, 20], "is not four numbers"),
        ([10, 10, [20], True], "is not four numbers"),
        ([10, 10, 20], "is not four numbers"),
        ([10, 10, 20, None], "is not four numbers"),
    ],
)
def test_impossible_boxes_of_coco_are_named(
    inputs: Inputs, build_vww: BuildVww, box: list[Any], message: str
) -> None:
    root = inputs.coco([("a.jpg", [box, LARGE]), ("b.jpg", [])])
    assert build_vww.run("--coco", root) == 4
    assert "1 picture cannot be used: val2017/a.jpg: box" in build_vww.error
    assert message in build_vww.error
    assert build_vww.run("--coco", root, "--skip-bad") == 0
    assert build_vww.labels() == {"coco/val2017/b.jpg": False}
    ((name, kind, reason),) = build_vww.skipped()
    assert (name, kind) == ("val2017/a.jpg", "bad")
    assert message in reason


def test_missing_pictures_wrong_sizes_and_names_outside_are_named(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.coco([("a.jpg", []), ("b.jpg", []), ("c.jpg", []), ("d.jpg", [])])
    (root / "val2017" / "b.jpg").unlink()
    inputs.picture("coco/val2017/c.jpg", 200, 120)
    path = root / "annotations" / "instances_val2017.json"
    path.write_text(path.read_text().replace('"d.jpg"', '"../../d.jpg"'))
    assert build_vww.run("--coco", root) == 4
    assert "3 pictures cannot be used" in build_vww.error
    assert "b.jpg: no such file in val2017, ." in build_vww.error
    assert "c.jpg: 200x120 pixels; the annotations say 160x120" in build_vww.error
    assert "../../d.jpg: the file is not inside of the input" in build_vww.error


def test_boxes_of_a_turned_picture_follow_the_annotated_size(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.coco([("stored.jpg", [LARGE]), ("half.jpg", [LARGE])])
    inputs.picture("coco/val2017/stored.jpg", 160, 120, orientation=6)
    inputs.picture("coco/val2017/half.jpg", 160, 120, orientation=3)
    assert build_vww.run("--coco", root) == 4
    assert "half.jpg: turned by its Exif orientation (3)" in build_vww.error
    assert "stored.jpg" not in build_vww.error
    assert build_vww.run("--coco", root, "--skip-bad") == 0
    (entry,) = build_vww.data.entries
    assert entry.size == (120, 160)
    assert entry.boxes[0] == pytest.approx((1 / 3, 0.0625, 5 / 6, 0.3125), abs=1e-6)
    assert "1 pictures were turned as their Exif orientation says" in build_vww.text


def test_voc_counts_pixels_from_one_and_both_ends(inputs: Inputs, build_vww: BuildVww) -> None:
    inputs.voc("whole", (1, 1, 160, 120))
    inputs.voc("left", (1, 1, 80, 120))
    inputs.voc("zero-based", (0, 0, 160, 120))
    inputs.voc("float", (41.0, 31.0, 80.0, 60.0))
    root = inputs.voc("dog", (1, 1, 80, 120), name="dog")
    assert build_vww.run("--voc", root) == 0
    boxes = {entry.file: entry.boxes for entry in build_vww.data.entries}
    assert boxes == {
        "voc2012/dog.jpg": (),
        "voc2012/float.jpg": ((0.25, 0.25, 0.5, 0.5),),
        "voc2012/left.jpg": ((0, 0, 0.5, 1),),
        "voc2012/whole.jpg": ((0, 0, 1, 1),),
        "voc2012/zero-based.jpg": ((0, 0, 1, 1),),
    }
    assert "1 boxes reached up to a pixel over the edge" in build_vww.text


def test_difficult_persons_count_or_leave_their_pictures_out(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    inputs.voc("hard", (1, 1, 80, 120), difficult=1)
    root = inputs.voc("none")
    assert build_vww.run("--voc", root) == 0
    assert build_vww.labels() == {"voc2012/hard.jpg": True, "voc2012/none.jpg": False}
    assert build_vww.run("--voc", root, "--uncertain", "drop") == 0
    assert build_vww.labels() == {"voc2012/none.jpg": False}
    assert build_vww.skipped()[0][1] == "uncertain persons"


def test_the_lists_of_voc_choose_and_split(inputs: Inputs, build_vww: BuildVww) -> None:
    for stem in "abcd":
        root = inputs.voc(stem)
    inputs.voc_list("train", "a")
    inputs.voc_list("val", "b")
    inputs.voc_list("trainval", "a", "b")
    inputs.voc_list("test", "c")
    assert build_vww.run("--voc", root) == 0
    assert build_vww.splits() == {
        "voc2012/a.jpg": "train",
        "voc2012/b.jpg": "val",
        "voc2012/c.jpg": "test",
    }
    assert "1 annotated pictures are in no list of ImageSets/Main" in build_vww.text
    inputs.voc_list("test", "c", "b")
    assert build_vww.run("--voc", root) == 4
    assert "b is in the lists val and test" in build_vww.error
    inputs.voc_list("test", "c", "gone")
    assert build_vww.run("--voc", root) == 4
    assert "gone: Annotations/gone.xml: cannot read the annotation" in build_vww.error


def test_bad_annotations_of_voc_are_named(inputs: Inputs, build_vww: BuildVww) -> None:
    inputs.voc("good")
    inputs.voc("outside", (1, 1, 300, 120))
    inputs.voc("swapped", (80, 1, 20, 120))
    inputs.voc("nan", (float("nan"), 1, 20, 120))
    inputs.voc("nosize", size=(0, 120))
    inputs.voc("othersize", real_size=(120, 160))
    inputs.voc("text")
    root = inputs.voc("gone", (1, 1, 80, 120))
    (root / "JPEGImages" / "gone.jpg").unlink()
    (root / "Annotations" / "text.xml").write_text("<annotation>")
    assert build_vww.run("--voc", root) == 4
    for message in (
        "7 pictures cannot be used",
        "outside.jpg: box at 0, 0 of 300x120 pixels: outside of the picture",
        "swapped.jpg: box at 79, 0 of -59x120 pixels: negative",
        "nan.jpg: box at nan, 0 of nanx120 pixels: not finite numbers",
        "nosize: Annotations/nosize.xml: width and height are '0' and '120', no pixels",
        "othersize.jpg: 120x160 pixels; the annotations say 160x120",
        "text: Annotations/text.xml: not XML",
        "gone.jpg: no picture JPEGImages/gone.jpg",
    ):
        assert message in build_vww.error
    assert build_vww.run("--voc", root, "--skip-bad") == 0
    assert build_vww.labels() == {"voc2012/good.jpg": False}
    assert "7 bad" in build_vww.text
    assert len(build_vww.skipped()) == 7


def test_photographs_of_ones_own_have_a_label_and_no_boxes(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(4)
    inputs.picture("my-photos/person/kitchen/morning.PNG", 300, 200)
    assert build_vww.run("--folder", root) == 0
    assert build_vww.labels() == {
        "my-photos/no-person/IMG_0001.jpg": False,
        "my-photos/no-person/IMG_0003.jpg": False,
        "my-photos/person/IMG_0000.jpg": True,
        "my-photos/person/IMG_0002.jpg": True,
        "my-photos/person/kitchen/morning.PNG.jpg": True,
    }
    assert {entry.boxes for entry in build_vww.data.entries} == {()}
    assert {entry.source for entry in build_vww.data.entries} == {"my-photos"}


def test_photographs_that_cannot_be_read_are_named_and_other_files_counted(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.photographs(2)
    (root / "person" / "phone.HEIC").write_bytes(b"....ftypheic")
    (root / "person" / "notes.txt").write_text("x")
    (root / "person" / ".DS_Store").write_text("x")
    (root / "unsorted").mkdir()
    assert build_vww.run("--folder", root) == 4
    assert "person/phone.HEIC: a HEIC file: save it as JPEG or PNG" in build_vww.error
    assert build_vww.run("--folder", root, "--skip-bad") == 0
    assert "files that are no pictures, by their suffix: 1 .txt, 1 hidden" in build_vww.text
    assert "not used, beside person and no-person: unsorted" in build_vww.text


def test_one_class_alone_is_a_warning(inputs: Inputs, build_vww: BuildVww) -> None:
    inputs.picture("mine/person/a.jpg")
    assert build_vww.run("--folder", inputs.folder / "mine") == 0
    assert "warning: test has no picture with a person and none with no person" in build_vww.text


def test_a_table_is_validated_and_its_splits_and_sources_are_kept(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    for name in "abcd":
        inputs.picture(f"set/images/{name}.png")
    table = inputs.folder / "set" / "labels.csv"
    table.write_text(
        "file,person,boxes,split,source\n"
        "a.png,1,0 0 0.5 0.5,val,x\n"
        "b.png,1,,fold7,x\n"
        "c.png,1,0 0 0.05 0.05,val,y\n"
        "d.png,0,,,\n"
    )
    assert build_vww.run("--labels", table.parent, "--format", "png") == 0
    assert [(e.file, e.person, e.split, e.source) for e in build_vww.data.entries] == [
        ("set/d.png", False, hashed_split("d.png"), "set"),
        ("x/a.png", True, "val", "x"),
        ("x/b.png", True, "fold7", "x"),
    ]
    assert build_vww.skipped()[0][:2] == ("c.png", "small persons")


def test_a_data_set_made_here_is_an_input_that_gives_itself(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    root = inputs.coco([("a.jpg", [LARGE]), ("b.jpg", [])])
    assert build_vww.run("--coco", root) == 0
    first = build_vww.files()
    copy = inputs.folder / "copy"
    assert build_vww.run("--labels", build_vww.out, out=copy) == 0
    build_vww.out = copy
    assert build_vww.files() == first


def test_bad_lines_of_a_table_are_named(inputs: Inputs, build_vww: BuildVww) -> None:
    inputs.picture("set/a.png")
    inputs.picture("set/b.png")
    table = inputs.folder / "set" / "labels.csv"
    table.write_text(
        "file,person,boxes,width,height\n"
        "a.png,1,0 0 2 1,160,120\n"
        "gone.png,1,0 0 1 1,160,120\n"
        "b.png,0,,120,160\n"
        "b.png,yes,,160,120\n"
    )
    assert build_vww.run("--labels", table.parent) == 4
    for message in (
        "a.png: line 2: box '0 0 2 1' is outside of 0..1",
        "gone.png: line 3: no file gone.png",
        "b.png: 160x120 pixels; the annotations say 120x160",
        "b.png: line 5: person is 'yes', not 0 or 1; line 5: b.png is there twice",
    ):
        assert message in build_vww.error


@pytest.mark.parametrize("option", ["--coco", "--voc", "--labels", "--folder"])
def test_a_directory_of_another_kind_says_what_was_looked_for_and_found(
    inputs: Inputs, build_vww: BuildVww, option: str
) -> None:
    looked_for = {
        "--coco": "annotations/instances_*.json",
        "--voc": "Annotations/*.xml",
        "--labels": "labels.csv",
        "--folder": "person/ and no-person/",
    }[option]
    (inputs.folder / "things" / "pictures").mkdir(parents=True)
    (inputs.folder / "things" / "readme.txt").touch()
    assert build_vww.run(option, inputs.folder / "things") == 4
    assert f"looked for {looked_for}; found pictures/, readme.txt" in build_vww.error
    assert build_vww.run(option, inputs.folder / "nowhere") == 4
    assert "cannot read the directory: No such file or directory" in build_vww.error
    assert not build_vww.out.exists()


def test_a_directory_of_another_known_kind_names_its_option(
    inputs: Inputs, build_vww: BuildVww
) -> None:
    coco, voc = inputs.coco([("a.jpg", [])]), inputs.voc("a")
    assert build_vww.run("--voc", coco) == 4
    assert f"it looks like: --coco {coco}" in build_vww.error
    assert build_vww.run("--coco", voc) == 4
    assert f"it looks like: --voc {voc}" in build_vww.error
    (inputs.folder / "mine" / "Person").mkdir(parents=True)
    assert build_vww.run("--folder", inputs.folder / "mine") == 4
    assert "is Person/ meant for person or no-person? Rename it" in build_vww.error
