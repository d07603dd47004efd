# Has camhil write what the firmware takes from its networks to `camhil` in the build folder: the
# resolver of their operators, sizes of arena and buffers, the model partition. Include before
# project().
set(CAMHIL_NETWORKS ${CMAKE_CURRENT_LIST_DIR}/../../model/person_cam.tflite CACHE STRING
  "The .tflite files that the firmware is to run, separated by semicolons; the first is flashed")
set(CAMHIL_ARENA_KB "" CACHE STRING "Tensor arena in kB; empty: as TensorFlow Lite Micro needs it")
set(CAMHIL_PYTHON python3 CACHE STRING "A Python in which camhil is installed")

execute_process(COMMAND ${CAMHIL_PYTHON} -c "import hil.cli" RESULT_VARIABLE camhil_missing
  OUTPUT_QUIET ERROR_QUIET)
if(camhil_missing)
  message(FATAL_ERROR "${CAMHIL_PYTHON} has no camhil, which reads the networks. Build with "
    "`hil build`, or name a Python that has it: "
    "idf.py -DCAMHIL_PYTHON=/where/camhil/is/installed/bin/python build")
endif()

set(camhil_options --generate ${CMAKE_BINARY_DIR}/camhil)
if(IDF_TARGET)
  list(APPEND camhil_options --target ${IDF_TARGET})
endif()
foreach(network IN LISTS CAMHIL_NETWORKS)
  cmake_path(ABSOLUTE_PATH network BASE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} NORMALIZE)
  list(APPEND camhil_options --network ${network})
  # And the settings beside it, of the same name.
  cmake_path(REPLACE_EXTENSION network LAST_ONLY toml OUTPUT_VARIABLE camhil_settings)
  foreach(input ${network} ${camhil_settings})
    if(EXISTS ${input})
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${input})
    endif()
  endforeach()
endforeach()
if(CAMHIL_ARENA_KB)
  list(APPEND camhil_options --arena-kb ${CAMHIL_ARENA_KB})
endif()
execute_process(COMMAND ${CAMHIL_PYTHON} -m hil build ${camhil_options}
  RESULT_VARIABLE camhil_refused OUTPUT_VARIABLE camhil_said ERROR_VARIABLE camhil_said)
if(camhil_refused)
  message(FATAL_ERROR "The firmware cannot run its networks:\n${camhil_said}")
elseif(camhil_said)
  message(STATUS "${camhil_said}")
endif()
