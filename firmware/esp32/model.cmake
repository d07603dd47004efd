# Packs the model partition and has it flashed with the app (`idf.py flash`) or alone
# (`idf.py model-flash`); include after project().
set(CAMHIL_MODEL ${CMAKE_CURRENT_LIST_DIR}/../../model/person_cam.tflite CACHE FILEPATH
  "The .tflite of the model partition; its settings are the .toml of the same name")
cmake_path(REPLACE_EXTENSION CAMHIL_MODEL LAST_ONLY toml OUTPUT_VARIABLE camhil_settings)
set(camhil_image ${CMAKE_BINARY_DIR}/model.bin)

# ESP-IDF's Python may be too old for this project's scripts (below 3.11): CAMHIL_PYTHON, which
# `hil build` sets, is taken instead.
if(CAMHIL_PYTHON)
  set(camhil_python ${CAMHIL_PYTHON})
else()
  idf_build_get_property(camhil_python PYTHON)
endif()
add_custom_command(OUTPUT ${camhil_image}
  COMMAND ${camhil_python} ${CMAKE_CURRENT_LIST_DIR}/pack_model.py ${CAMHIL_MODEL} ${camhil_image}
  DEPENDS ${CAMHIL_MODEL} ${camhil_settings} ${CMAKE_CURRENT_LIST_DIR}/pack_model.py
    ${CMAKE_CURRENT_LIST_DIR}/../ops.toml ${CMAKE_CURRENT_LIST_DIR}/../partitions.csv
  COMMENT "Packing the model partition"
  VERBATIM)
add_custom_target(camhil_model ALL DEPENDS ${camhil_image})

idf_component_get_property(camhil_flash_args esptool_py FLASH_ARGS)
idf_component_get_property(camhil_flash_sub_args esptool_py FLASH_SUB_ARGS)
esptool_py_flash_target(model-flash "${camhil_flash_args}" "${camhil_flash_sub_args}")
esptool_py_flash_to_partition(flash model ${camhil_image})
esptool_py_flash_to_partition(model-flash model ${camhil_image})
add_dependencies(flash camhil_model)
add_dependencies(model-flash camhil_model)
