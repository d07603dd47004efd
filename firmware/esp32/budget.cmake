# Checks the memory budget (budget.toml) when the app is built; include after model.cmake, which
# finds Python. The checking code is the harness's own and needs the standard library only.
add_custom_target(camhil_memory_budget ALL
  COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_CURRENT_LIST_DIR}/../..
    ${camhil_python} -m hil.build.check ${CMAKE_BINARY_DIR}
    --budget ${CMAKE_CURRENT_LIST_DIR}/budget.toml --optional
  COMMENT "Checking the memory budget"
  VERBATIM)
add_dependencies(camhil_memory_budget app)
