# Target camhil_host: machine, line, engine and camera of the host. Needs core.cmake.
find_package(Threads REQUIRED)

add_library(camhil_host OBJECT
  ${CMAKE_CURRENT_LIST_DIR}/camhil_host.cpp
  ${CMAKE_CURRENT_LIST_DIR}/host_camera.cpp
  ${CMAKE_CURRENT_LIST_DIR}/host_engine.cpp
  ${CMAKE_CURRENT_LIST_DIR}/host_line.cpp
  ${CMAKE_CURRENT_LIST_DIR}/host_machine.cpp)
camhil_own_code(camhil_host)
target_include_directories(camhil_host PUBLIC ${CMAKE_CURRENT_LIST_DIR})
target_compile_definitions(camhil_host PRIVATE CAMHIL_VERSION="${CAMHIL_VERSION}")
target_link_libraries(camhil_host PUBLIC camhil_core Threads::Threads)
