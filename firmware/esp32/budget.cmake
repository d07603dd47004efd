# Checks the memory budget (budget.toml) when the app is built; include after networks.cmake.
add_custom_target(camhil_memory_budget ALL
  COMMAND ${CAMHIL_PYTHON} -m hil.build.check ${CMAKE_BINARY_DIR}
    --budget ${CMAKE_CURRENT_LIST_DIR}/budget.toml
  COMMENT "Checking the memory budget"
  VERBATIM)
add_dependencies(camhil_memory_budget app)
