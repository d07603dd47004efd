# Fuzz targets on top of camhil_core: fuzz_NAME_standalone with any compiler, and
# fuzz_NAME with libFuzzer where the compiler is Clang.
set(CAMHIL_FUZZ_TARGETS board tflite model_image)
foreach(name IN LISTS CAMHIL_FUZZ_TARGETS)
  set(source ${CMAKE_CURRENT_LIST_DIR}/fuzz_${name}.cpp)
  set(variants fuzz_${name}_standalone)
  add_executable(fuzz_${name}_standalone ${source} ${CMAKE_CURRENT_LIST_DIR}/standalone.cpp)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CAMHIL_LIBFUZZER)
    add_executable(fuzz_${name} ${source})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    list(APPEND variants fuzz_${name})
  endif()
  foreach(variant IN LISTS variants)
    target_include_directories(${variant} PRIVATE
      ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/../tests)
    target_compile_options(${variant} PRIVATE -Wall -Wextra -Werror)
    target_link_libraries(${variant} PRIVATE camhil_core)
  endforeach()
endforeach()
