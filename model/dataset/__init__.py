"""Makes data sets: from COCO, Pascal VOC, a labels.csv or a folder of photographs.

A data set is a folder with `labels.csv` and `images/`, as `hil.samples.labels` reads
it. Readers (`coco`, `voc`, `table`, `folder`) find candidates and do not open
pictures; `pictures` turns one into a small gray file; `build` does them all.
"""
