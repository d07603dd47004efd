# Has the model partition, which networks.cmake made, flashed with the app (`idf.py flash`) or alone
# (`idf.py model-flash`); include after project().
set(camhil_partition ${CMAKE_BINARY_DIR}/camhil/model.bin)
idf_component_get_property(camhil_flash_args esptool_py FLASH_ARGS)
idf_component_get_property(camhil_flash_sub_args esptool_py FLASH_SUB_ARGS)
esptool_py_flash_target(model-flash "${camhil_flash_args}" "${camhil_flash_sub_args}")
esptool_py_flash_to_partition(flash model ${camhil_partition})
esptool_py_flash_to_partition(model-flash model ${camhil_partition})
