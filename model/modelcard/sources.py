"""Where photographs and initial weights come from, and what their terms allow."""

from __future__ import annotations

from dataclasses import dataclass

INITIAL_PERSON_DETECT = (
    "The convolutions up to Conv2d_11 begin with the weights of `person_detect.tflite`, the "
    "person detection example of TensorFlow Lite Micro (Google, Apache-2.0), which was trained "
    "on Visual Wake Words, that is on photographs of MS COCO."
)
INITIAL_RANDOM = "All weights begin at random."


@dataclass(frozen=True, slots=True)
class Origin:
    """Of the pictures of one source. `research_only`: as far as their terms are known."""

    what: str
    terms: str
    boxes: str
    research_only: bool


ORIGINS = {
    "coco": Origin(
        "photographs from Flickr, MS COCO 2017",
        "each photograph has a Creative Commons licence of its own, some of them for "
        "non-commercial use; annotations CC BY 4.0",
        "the data set's; crowds are not boxed one by one",
        True,
    ),
    "voc2012": Origin(
        "photographs from Flickr, Pascal VOC 2012: cats, dogs, cows, horses and sheep, with "
        "and without people",
        "Flickr's terms; no further licence is given",
        "the data set's, difficult persons included",
        True,
    ),
    "voc2007": Origin(
        "photographs from Flickr, Pascal VOC 2007, of all its kinds of objects, without those "
        "that VOC 2012 has again",
        "Flickr's terms; no further licence is given",
        "the data set's, of part of the pictures",
        True,
    ),
    "flickr8k": Origin(
        "photographs from Flickr, Flickr8k; labelled by the words of their five captions",
        "for non-commercial research and education, as its makers say",
        "none",
        True,
    ),
    "hdd": Origin(
        "stills of surveillance cameras, Human Detection Dataset",
        "no licence stated",
        "none",
        True,
    ),
    "camvid": Origin(
        "frames of driving videos, CamVid",
        "CC BY-NC 4.0 in the copy that was used",
        "regions of the pixel labels pedestrian and cyclist; touching people share one",
        True,
    ),
    "ccp": Origin(
        "street fashion, Clothing Co-Parsing",
        "Apache-2.0 for the data set; it says nothing of the photographers' rights",
        "the one main person",
        True,
    ),
    "lspet": Origin(
        "sports, Leeds Sports Pose extended training set, from Flickr",
        "no licence stated; a citation is asked for (Johnson and Everingham, CVPR 2011)",
        "the one main person, around its joints",
        True,
    ),
    "humanseg": Origin(
        "portraits and streets from a web search, and GRAZ-01: Human Segmentation Dataset",
        "no licence stated",
        "regions of the person mask; people in the background are not boxed",
        True,
    ),
    "imagenet": Origin(
        "one photograph of each ImageNet class, without people",
        "ImageNet's terms: non-commercial research and education",
        "none needed",
        True,
    ),
    "imagewoof": Origin(
        "ten breeds of dogs of ImageNet (ImageWoof, by fast.ai), labelled by networks; see "
        "Training",
        "ImageNet's terms: non-commercial research and education",
        "none",
        True,
    ),
    "imagenette": Origin(
        "ten kinds of things of ImageNet (Imagenette, by fast.ai), labelled by networks; see "
        "Training",
        "ImageNet's terms: non-commercial research and education",
        "none",
        True,
    ),
    "bsds": Origin(
        "Berkeley Segmentation Data Set 500, those without people",
        "no licence stated; a citation is asked for (Arbelaez et al., PAMI 2011)",
        "none needed",
        True,
    ),
    "houses": Origin(
        "rooms and fronts of houses for sale, Houses Dataset",
        "no licence stated; a citation is asked for (Ahmed and Moustafa, 2016)",
        "none needed",
        True,
    ),
}

RESEARCH_ONLY = (
    "Some of these photographs may be used for research only, and others come without any "
    "licence. Whether a model may be used where its training photographs may not is not settled "
    "law, so take the careful reading: **these weights are for research, teaching and trying out "
    "the tool chain.** The licence of this repository covers the code and the file as such; it "
    "cannot grant rights in photographs that are others'. No photograph of these sources is in "
    "this repository or can be made from the weights in any way known to us.\n\n"
    "A product retrains on photographs that it has the rights to, best taken with its own camera "
    "in its own places: that is lawful, and it also is more accurate there. docs/training.md has "
    "the commands; the recipe below is the one of this model."
)

OWN = (
    "No origin is on record here for: {names}. Whoever collected these pictures answers for the "
    "right to train on them, and for the consent of the people they show."
)
