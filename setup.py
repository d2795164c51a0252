from setuptools import find_packages, setup

# All the rest stands in pyproject.toml; only this mapping cannot be said there: `resources/`, beside
# the package in the source tree, is installed inside it.
setup(
    packages=[*find_packages(include=["emailcleaner", "emailcleaner.*"]), "emailcleaner.resources"],
    package_dir={"emailcleaner.resources": "resources"},
    package_data={
        "emailcleaner": ["core/store/migrations/**/*.py", "core/store/migrations/*.mako"],
        "emailcleaner.resources": ["**/*"],
    },
)
