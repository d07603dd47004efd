# Checks the memory budget (budget.toml) when the app is built; include after project().
# The checking code is the harness's own and needs Python's standard library only, of 3.11 for
# TOML. CAMHIL_PYTHON, which `hil build` sets, is taken instead of ESP-IDF's Python.
if(CAMHIL_PYTHON)
  set(camhil_python ${CAMHIL_PYTHON})
else()
  idf_build_get_property(camhil_python PYTHON)
endif()
add_custom_target(camhil_memory_budget ALL
  COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_CURRENT_LIST_DIR}/../..
    ${camhil_python} -m hil.firmware_build.check ${CMAKE_BINARY_DIR}
    --budget ${CMAKE_CURRENT_LIST_DIR}/budget.toml --optional
  COMMENT "Checking the memory budget"
  VERBATIM)
add_dependencies(camhil_memory_budget app)
