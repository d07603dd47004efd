# Targets camhil_core and camhil_codec, CAMHIL_VERSION, and the flags of our own code.
set(CAMHIL_FIRMWARE_DIR ${CMAKE_CURRENT_LIST_DIR}/..)
file(STRINGS ${CAMHIL_FIRMWARE_DIR}/VERSION CAMHIL_VERSION LIMIT_COUNT 1)

# Generated code and its runtime: third party, with their own warnings.
add_library(camhil_codec STATIC
  ${CMAKE_CURRENT_LIST_DIR}/generated/protocol_decode.c
  ${CMAKE_CURRENT_LIST_DIR}/generated/protocol_encode.c
  ${CAMHIL_FIRMWARE_DIR}/third_party/zcbor/zcbor_common.c
  ${CAMHIL_FIRMWARE_DIR}/third_party/zcbor/zcbor_decode.c
  ${CAMHIL_FIRMWARE_DIR}/third_party/zcbor/zcbor_encode.c)
target_include_directories(camhil_codec SYSTEM PUBLIC
  ${CMAKE_CURRENT_LIST_DIR}/generated ${CAMHIL_FIRMWARE_DIR}/third_party/zcbor)
# Deterministic encoding: definite lengths, shortest integers; also demanded when decoding.
target_compile_definitions(camhil_codec PUBLIC ZCBOR_CANONICAL)
target_compile_options(camhil_codec PRIVATE -w)

function(camhil_own_code target)
  target_compile_features(${target} PRIVATE cxx_std_17)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Werror -Wconversion -fno-exceptions -fno-rtti)
endfunction()

file(GLOB CAMHIL_CORE_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_library(camhil_core STATIC ${CAMHIL_CORE_SOURCES})
target_include_directories(camhil_core PUBLIC ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(camhil_core PUBLIC camhil_codec)
camhil_own_code(camhil_core)
